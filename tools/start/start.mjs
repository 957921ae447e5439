/**
 * `npm start`: builds what the demo needs, then runs it in this process, so that Ctrl-C reaches it.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from '../browser/index.mjs';
import { nx, root } from '../workspace/nx.mjs';

/** @param {string} line */
const print = (line) => console.log(line);

print('Building the demo. The first time takes a minute.');
const status = await nx(['run-many', '-t', 'build', '-p', '@cpc/demo', '--outputStyle=static'], {
  quiet: true,
});
if (status === 0) {
  const appFolder = join(root, 'apps/demo');
  const { main } = await import(pathToFileURL(join(appFolder, 'dist/server/start/main.js')).href);
  process.exitCode = await main(process.argv.slice(2), { appFolder, launchBrowser, print });
} else {
  process.exitCode = status;
}
