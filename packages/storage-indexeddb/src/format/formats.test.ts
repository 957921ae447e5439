import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import type { StoredOperation } from '@cpc/sync-core';
import { expect, test } from '@jest/globals';
import { openDB } from 'idb';
import { idsOf, T0 } from '../../test/fixtures.js';
import { IndexedDbQueueStorage } from '../index.js';
import { DEFAULT_STORE_NAME, FORMAT } from './store-layout.js';

interface Released {
  readonly records: readonly (readonly [IDBValidKey, unknown])[];
  readonly operations: readonly StoredOperation[];
  /** Who was signed in; nobody, where the format does not know it. */
  readonly principal?: string;
}

function released(format: number): Released {
  const file = new URL(`../../test/formats/format-${format}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Released;
}

for (let format = 1; format <= FORMAT; format++) {
  test(`a queue of format ${format} opens as it was, leases included`, async () => {
    const name = `format-${format}`;
    const { records, operations, principal } = released(format);
    const db = await openDB(name, format, {
      upgrade: (own) => void own.createObjectStore(DEFAULT_STORE_NAME),
    });
    for (const [key, value] of records) await db.put(DEFAULT_STORE_NAME, value, key);
    db.close();
    const storage = new IndexedDbQueueStorage({ name });
    await storage.open();
    expect((await storage.list()).items).toEqual(operations);
    expect(await storage.signedIn()).toEqual({ principal });
    expect((await storage.quarantined()).items).toEqual([]);
    const { token, operations: claimed } = await storage.claim({ now: T0, limit: 9, leaseMs: 1000 });
    expect(idsOf(claimed)).toEqual(['free']);
    expect(await storage.settle(token, [{ id: 'leased', kind: 'remove' }])).toEqual(['stale']);
    await storage.close();
  });
}
