import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { entryPoints, publicPackages } from '../packages/public-packages.mjs';
import { entrySize } from './entry-size.mjs';

/** Bytes, minified and gzipped, for an entry point that has no budget of its own. */
const USUAL = 10_000;

/** What weighs more, or must stay light, has a budget of its own, so that growth is a decision. */
const BUDGETS = {
  '@cpc/adapters': 10_700,
  '@cpc/angular': 1_000,
  '@cpc/cli': 18_000,
  '@cpc/container': 3_000,
  '@cpc/container/browser': 500,
  '@cpc/container/node': 500,
  '@cpc/container/react-native': 500,
  '@cpc/container/service-worker': 500,
  '@cpc/container/testing': 500,
  '@cpc/devtools': 15_000,
  '@cpc/devtools/define': 14_000,
  '@cpc/network': 6_000,
  '@cpc/network/node': 3_000,
  '@cpc/react': 1_000,
  '@cpc/server': 13_500,
  '@cpc/storage-indexeddb': 11_100,
  '@cpc/storage-sqlite': 30_300,
  '@cpc/sync-core': 39_000,
  '@cpc/sync-core/aes-gcm': 1_500,
  '@cpc/sync-core/deterministic': 1_000,
  '@cpc/sync-core/ndjson': 1_500,
  '@cpc/sync-core/opentelemetry': 1_500,
  '@cpc/sync-core/storage-kit': 14_200,
  '@cpc/testing': 51_500,
  '@cpc/testing/simulation': 13_300,
};

const entries = publicPackages().flatMap(({ name, path, manifest }) =>
  entryPoints(manifest).map(({ subpath, code }) => [join(name, subpath), join(path, code)]),
);

test.each(entries)('%s stays within its budget', async (name, file) => {
  expect(await entrySize(file)).toBeLessThanOrEqual(BUDGETS[name] ?? USUAL);
});

test('every budget is that of an entry point', () => {
  expect(entries.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(BUDGETS)));
});
