import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { betterSqlite3 } from '@cpc/storage-sqlite';
import { afterAll, describe, test } from '@jest/globals';
import { type ReplicaStoreHarness, replicaStoreCases } from '../src/conformance.js';
import { IndexedDbReplicaStore } from '../src/indexeddb.js';
import { MemoryReplicaStore } from '../src/memory/memory-replica-store.js';
import type { ReplicaStore } from '../src/ports/replica-store.js';
import { SqliteReplicaStore } from '../src/sqlite.js';

const folder = mkdtempSync(join(tmpdir(), 'cpc-replica-'));
afterAll(() => rmSync(folder, { recursive: true }));

let places = 0;

/** A harness whose stores are told apart by the name of their place. */
function named(open: (place: string) => ReplicaStore): ReplicaStoreHarness {
  const placeOf = new Map<ReplicaStore, string>();
  const at = (place: string): ReplicaStore => {
    const store = open(place);
    placeOf.set(store, place);
    return store;
  };
  return {
    isDurable: true,
    create: () => at(`copy-${++places}`),
    another: (store) => at(placeOf.get(store) as string),
  };
}

const harnesses: Readonly<Record<string, ReplicaStoreHarness>> = {
  memory: { isDurable: false, create: () => new MemoryReplicaStore() },
  sqlite: named(
    (place) =>
      new SqliteReplicaStore({ file: join(folder, `${place}.sqlite`), binding: betterSqlite3, watchMs: 5 }),
  ),
  indexeddb: named((name) => new IndexedDbReplicaStore({ name })),
};

describe.each(Object.entries(harnesses))('a copy in %s', (_name, harness) => {
  for (const { name, run } of replicaStoreCases(harness)) test(name, run);
});
