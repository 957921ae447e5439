import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { entryPoints, publicPackages } from './public-packages.mjs';

/**
 * The other modules that a built entry point loads at once, without those that it asks for only when they are
 * needed.
 *
 * @param {string} file
 */
async function loadedBy(file) {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    packages: 'external',
    outdir: 'out',
    logLevel: 'warning',
  });
  return Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, kind }) => external === true && kind === 'import-statement')
    .map(({ path }) => path);
}

/** @param {string} path - what is imported, such as `@cpc/network/node` */
const packageOf = (path) =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

const entries = publicPackages().flatMap(({ name, path, manifest }) =>
  entryPoints(manifest).map(({ subpath, code }) => ({
    name: join(name, subpath),
    isMain: subpath === '.',
    file: join(path, code),
    peers: Object.keys(manifest.peerDependenciesMeta ?? {}),
  })),
);
const mains = entries.filter(({ isMain, peers }) => isMain && peers.length > 0);

test.each(mains.map(({ name, file, peers }) => [name, file, peers]))(
  'the main entry of %s loads without its optional peers',
  async (_name, file, peers) => {
    const loaded = await loadedBy(file);
    expect(loaded.map(packageOf).filter((name) => peers.includes(name))).toEqual([]);
  },
);

test.each([
  ['@cpc/outbox/browser', ['@cpc/adapters', '@cpc/network', '@cpc/storage-indexeddb', '@cpc/sync-core']],
  ['@cpc/outbox/node', ['@cpc/adapters', '@cpc/network/node', '@cpc/storage-sqlite', '@cpc/sync-core']],
  ['@cpc/outbox/react-native', ['@cpc/adapters', '@cpc/network', '@cpc/storage-sqlite', '@cpc/sync-core']],
  ['@cpc/outbox/service-worker', ['@cpc/adapters', '@cpc/storage-indexeddb', '@cpc/sync-core']],
  // The container's presets wire what the outbox does.
  ['@cpc/container/browser', ['@cpc/outbox/browser']],
  ['@cpc/container/node', ['@cpc/outbox/node']],
  ['@cpc/container/react-native', ['@cpc/outbox/react-native']],
  ['@cpc/container/service-worker', ['@cpc/outbox/service-worker']],
  ['@cpc/container/testing', ['@cpc/sync-core', '@cpc/sync-core/deterministic']],
])('%s loads what it wires and nothing else', async (name, expected) => {
  const { file } = entries.find((entry) => entry.name === name) ?? {};
  expect([...new Set(await loadedBy(file))].sort()).toEqual(expected);
});
