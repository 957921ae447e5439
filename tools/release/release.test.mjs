import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { publicPackages } from '../packages/public-packages.mjs';
import { throwawayWorkspace } from './throwaway-workspace.mjs';

const packages = publicPackages();

/** The package and all that depend on it, through others too: for their code, or for their tests. */
function withDependents(name) {
  const found = new Set([name]);
  for (const dependency of found) {
    for (const { name: dependent, manifest } of packages) {
      const { dependencies, peerDependencies, devDependencies } = manifest;
      if (dependency in { ...dependencies, ...peerDependencies, ...devDependencies }) found.add(dependent);
    }
  }
  return [...found].sort();
}

let workspace;
beforeAll(() => {
  workspace = throwawayWorkspace(packages.map(({ folder }) => folder));
}, 60_000);
afterAll(() => workspace?.remove());

test('a fix is released with those that depend on it, and with nobody else', () => {
  const plan = workspace.planAfter('fix(network): hear a portal', ['packages/network/src/index.ts']);
  expect(Object.keys(plan).sort()).toEqual(withDependents('@cpc/network'));
  expect(Object.keys(plan)).not.toContain('@cpc/server');
  expect(new Set(Object.values(plan))).toEqual(new Set(['0.1.1']));
}, 300_000);

test('a break takes the next minor version before 1.0, also where the lock file changed with it', () => {
  const plan = workspace.planAfter('feat(storage-sqlite)!: name the file', [
    'packages/storage-sqlite/src/index.ts',
    'package-lock.json',
  ]);
  const others = withDependents('@cpc/storage-sqlite').filter((name) => name !== '@cpc/storage-sqlite');
  expect(plan).toEqual({
    '@cpc/storage-sqlite': '0.2.0',
    ...Object.fromEntries(others.map((name) => [name, '0.1.1'])),
  });
}, 300_000);

test('documents and benchmarks release nothing', () => {
  expect(
    workspace.planAfter('fix(docs): say it better', ['docs/testing.md', 'benchmarks/harness/report.mjs']),
  ).toEqual({});
}, 300_000);
