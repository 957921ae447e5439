/** Runs the built demo as `npm start` does, without building it. */
import { fileURLToPath } from 'node:url';
import { main } from '../dist/server/start/main.js';

const appFolder = fileURLToPath(new URL('../', import.meta.url));
const launchBrowser = () => Promise.reject(new Error('No browser is needed to serve.'));
process.exitCode = await main(process.argv.slice(2), { appFolder, launchBrowser, print: console.log });
