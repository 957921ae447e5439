/**
 * `npm run test:node24`: the whole conformance suite of a queue storage on `@cpc/storage-sqlite`, under Node 24, with
 * both drivers that are built in: `node:sqlite`, and better-sqlite3 13, which the workspace cannot install, since it
 * needs Node 22. Prints the number of cases for each driver; the exit code says whether all of them pass.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../tools/packages/pack.mjs';
import { publicPackages } from '../tools/packages/public-packages.mjs';
import { nx, root } from '../tools/workspace/nx.mjs';
import { findNode } from './runner/nodes.mjs';
import { makeProject } from './runner/project.mjs';

/** The storage and the suite, with those of ours that they depend on. */
const NEEDED = ['@cpc/network', '@cpc/sync-core', '@cpc/storage-sqlite', '@cpc/testing'];
const BETTER_SQLITE3 = '13.2.0';

const status = await nx(['run-many', '-t', 'build', '-p', ...NEEDED, '--outputStyle=static'], {
  quiet: true,
});
if (status !== 0) process.exit(status);

const folder = mkdtempSync(join(tmpdir(), 'cpc-node24-'));
try {
  const node = await findNode(24);
  const packages = publicPackages().filter(({ name }) => NEEDED.includes(name));
  const tarballs = await pack(packages, folder);
  const project = join(folder, 'project');
  await makeProject(project, {
    name: 'sqlite-conformance',
    type: 'module',
    dependencies: {
      ...Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
      'better-sqlite3': BETTER_SQLITE3,
    },
    packages: {},
  });
  // The harness of the storage's own tests, with its faults: Node 24 runs TypeScript.
  cpSync(
    join(root, 'packages/storage-sqlite/test/sqlite-harness.ts'),
    join(project, 'test/sqlite-harness.ts'),
  );
  process.exitCode = await run(node.path, project);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Runs the project's check, whose output is the report.
 *
 * @param {string} program
 * @param {string} cwd
 * @returns {Promise<number>} its exit code
 */
function run(program, cwd) {
  // Options of this Node may mean nothing to that one.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(program, ['check.mjs'], { cwd, env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
