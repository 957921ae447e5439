/**
 * `npm test`: types, lint, unit, conformance and browser tests of every project and 10,000 simulated days, through Nx;
 * then the count of all of them on a line of its own. What did not change is answered from Nx's cache.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installBrowser } from '../browser/index.mjs';
import { nx, readGraph, root } from '../workspace/nx.mjs';
import { tally } from './tally.mjs';

const TEST_TARGETS = ['test', 'test-browser', 'simulate'];

// Before the tasks, of which several may want one at the same time.
installBrowser();

const projects = Object.values((await readGraph()).nodes).map(({ data }) => data);
// A result that is left over from an earlier run must never be counted. Nx restores those that still hold.
for (const { root: folder } of projects)
  rmSync(join(root, folder, 'test-results'), { recursive: true, force: true });

const [status, syncStatus] = await Promise.all([
  nx(['run-many', '-t', 'typecheck', 'lint', ...TEST_TARGETS, '--outputStyle=static']),
  nx(['sync:check'], { quiet: true }),
]);
const checks = { tasks: status === 0, references: syncStatus === 0 };
const { passed, failed, remarks } = tally(projects.flatMap(summariesOf), checks);
for (const remark of remarks) console.log(remark);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** @param {import('../workspace/nx.mjs').Project} project */
function summariesOf({ name, root: folder, targets }) {
  return TEST_TARGETS.filter((target) => target in targets).map((target) => {
    const file = join(root, folder, 'test-results', `${target}.json`);
    const summary = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    return { task: `${name}:${target}`, summary };
  });
}
