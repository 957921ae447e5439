/**
 * `npm start`: builds what the demo needs, then runs it in this process, so that Ctrl-C reaches it.
 */
import { launchBrowser } from '../browser/index.mjs';
import { nx } from '../workspace/nx.mjs';

/** @param {string} line */
const print = (line) => console.log(line);

print('Building the demo. The first time takes a minute.');
const status = await nx(['run-many', '-t', 'build', '-p', '@cpc/demo', '--outputStyle=static'], {
  quiet: true,
});
if (status === 0) {
  const { main } = await import(new URL('../../apps/demo/dist/server/start/main.js', import.meta.url).href);
  process.exitCode = await main(process.argv.slice(2), { launchBrowser, print });
} else {
  process.exitCode = status;
}
