/**
 * `npm run test:consumers [-- --node 20,24] [--only node-esm,vite] [--keep]`: packs every package, installs the
 * tarballs in empty projects outside of the workspace, and uses them there as apps do. Prints a table; the exit
 * code says whether all of it works.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pack } from '../tools/packages/pack.mjs';
import { publicPackages } from '../tools/packages/public-packages.mjs';
import { nx, root } from '../tools/workspace/nx.mjs';
import { CONSUMERS } from './runner/consumers.mjs';
import { entriesOf } from './runner/entries.mjs';
import { findNode } from './runner/nodes.mjs';
import { makeProject, runCheck } from './runner/project.mjs';
import { problems, table } from './runner/table.mjs';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '20,22,24' },
    only: { type: 'string', default: CONSUMERS.map(({ name }) => name).join(',') },
    keep: { type: 'boolean', default: false },
  },
});

const started = performance.now();
const packages = publicPackages();
const status = await nx(['run-many', '-t', 'build', '-p', 'tag:npm:public', '--outputStyle=static'], {
  quiet: true,
});
if (status !== 0) process.exit(status);

const folder = mkdtempSync(join(tmpdir(), 'cpc-consumers-'));
try {
  const nodes = await Promise.all(values.node.split(',').map((major) => findNode(Number(major))));
  const tarballs = await pack(packages, folder);
  const entries = Object.fromEntries(
    await Promise.all(packages.map(async (found) => [found.name, await entriesOf(found)])),
  );
  const consumers = CONSUMERS.filter(({ name }) => values.only.split(',').includes(name));
  /** @type {import('./runner/table.mjs').Results} */
  const results = new Map(packages.map(({ name }) => [name, new Map()]));
  for (const consumer of consumers) {
    for (const node of nodes) await check(consumer, node, tarballs, entries, results);
  }
  for (const problem of problems(results)) console.log(`\n${problem}`);
  console.log(
    `\n${table(
      results,
      consumers.map(({ name }) => name),
    )}`,
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  const versions = nodes.map(({ version }) => version).join(', ');
  const failed = problems(results).length;
  console.log(
    `\nNode ${versions}; ${seconds} s; ${failed === 0 ? 'all of it works' : `${failed} do not work`}.`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  if (values.keep) console.log(`The projects are in ${folder}.`);
  else rmSync(folder, { recursive: true, force: true });
}

/**
 * Makes the consumer's project for one version of Node, checks it, and adds what came out to the results.
 *
 * @param {typeof CONSUMERS[number]} consumer
 * @param {import('./runner/nodes.mjs').Node} node
 * @param {readonly import('../tools/packages/pack.mjs').Tarball[]} tarballs
 * @param {Record<string, { all: string[], browser: string[] }>} entries
 * @param {import('./runner/table.mjs').Results} results
 */
async function check(
  { name, check: file, type, example, needs, without = [] },
  node,
  tarballs,
  entries,
  results,
) {
  const project = join(folder, `${name}-${node.major}`);
  /** @type {Record<string, string | null>} */
  let outcome;
  try {
    const dependencies = { ...peers(node), ...needs, ...fromTarballs(tarballs) };
    await makeProject(project, {
      name,
      type,
      ...(example !== undefined && { example }),
      dependencies,
      packages: Object.fromEntries(Object.entries(entries).filter(([entry]) => !without.includes(entry))),
    });
    outcome = await runCheck(project, file, node);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const tried = tarballs.filter((packed) => !without.includes(packed.name));
    outcome = Object.fromEntries(tried.map((packed) => [packed.name, text]));
  }
  for (const [packed, problem] of Object.entries(outcome)) {
    const cells = results.get(packed);
    cells?.set(name, (cells.get(name) ?? new Map()).set(node.major, problem));
  }
  const worked = Object.values(outcome).filter((problem) => problem === null).length;
  console.log(`${name} on Node ${node.version}: ${worked} of ${Object.keys(outcome).length} packages work`);
}

/** @param {readonly import('../tools/packages/pack.mjs').Tarball[]} tarballs */
function fromTarballs(tarballs) {
  return Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
}

/**
 * What the packages leave to the app to install. On Node 20, better-sqlite3 has to be the version that the
 * workspace has built; the next major version needs a newer Node and brings its own binaries.
 *
 * @param {import('./runner/nodes.mjs').Node} node
 */
function peers(node) {
  const own = new Set(packages.map(({ name }) => name));
  const ranges = Object.assign({}, ...packages.map(({ manifest }) => manifest.peerDependencies ?? {}));
  const sqlite = node.major < 22 ? `file:${join(root, 'node_modules/better-sqlite3')}` : '13.2.0';
  return Object.fromEntries(
    Object.entries({ ...ranges, 'better-sqlite3': sqlite }).filter(([name]) => !own.has(name)),
  );
}
