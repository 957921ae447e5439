import 'fake-indexeddb/auto';
import { isSyncError } from '@cpc/sync-core';
import { afterEach, expect, test } from '@jest/globals';
import { openDB } from 'idb';
import { FaultyDatabase } from '../../test/faulty-database.js';
import { idsOf, operation, T0 } from '../../test/fixtures.js';
import { DEFAULT_STORE_NAME, RESERVE_PIECES, reserveRange } from '../format/store-layout.js';
import { IndexedDbQueueStorage, type IndexedDbStorageOptions } from '../index.js';

let databases = 0;
const after: (() => Promise<void> | void)[] = [];

async function setUp(options: IndexedDbStorageOptions = {}) {
  const name = `reserve-${++databases}`;
  const database = new FaultyDatabase(name);
  after.push(() => database.remove());
  const tab = async (): Promise<IndexedDbQueueStorage> => {
    const storage = new IndexedDbQueueStorage({ name, ...options });
    after.push(() => storage.close());
    await storage.open();
    return storage;
  };
  const pieces = async (): Promise<number> => {
    const db = await openDB(name);
    const count = await db.count(DEFAULT_STORE_NAME, reserveRange());
    db.close();
    return count;
  };
  return { storage: await tab(), tab, pieces, fillQuota: () => database.faults.fillDisk?.() };
}

afterEach(async () => {
  for (const step of after.splice(0).reverse()) await step();
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (isSyncError(error) ? error.code : String(error)),
  );
}

/** Claims and settles until nothing is left, or no further. */
async function drain(storage: IndexedDbQueueStorage): Promise<readonly string[]> {
  const order: string[] = [];
  for (;;) {
    const { token, operations } = await storage.claim({ now: T0, limit: 10, leaseMs: 1000 });
    if (operations.length === 0) return order;
    await storage.settle(
      token,
      operations.map(({ id }) => ({ id, kind: 'remove' })),
    );
    order.push(...idsOf(operations));
  }
}

const ids = Array.from({ length: 200 }, (_, n) => `op${n}`);

test('a queue whose quota is used up still delivers, from the room that it kept', async () => {
  const { storage, pieces, fillQuota } = await setUp();
  await storage.enqueue([ids.map((id) => operation(id))]);
  await fillQuota();
  expect(await codeOf(storage.enqueue([[operation('one more')]]))).toBe('STORAGE_FULL');
  expect(await pieces()).toBe(RESERVE_PIECES);
  expect(await drain(storage)).toEqual(ids);
  expect(await pieces()).toBeLessThan(RESERVE_PIECES);
});

test('what was given up is put back before anything new is taken', async () => {
  const { storage, tab, pieces, fillQuota } = await setUp();
  await storage.enqueue([[operation('a'), operation('b')]]);
  const makeRoom = await fillQuota();
  await drain(storage);
  expect(await codeOf(storage.enqueue([[operation('c')]]))).toBe('STORAGE_FULL');
  expect(await codeOf((await tab()).enqueue([[operation('c')]]))).toBe('STORAGE_FULL');
  await makeRoom?.();
  await storage.enqueue([[operation('c')]]);
  expect(await pieces()).toBe(RESERVE_PIECES);
  expect(await drain(storage)).toEqual(['c']);
});

test('an enqueue that does not fit leaves the reserve to the settlement beside it', async () => {
  const { storage, pieces, fillQuota } = await setUp();
  await storage.enqueue([[operation('a')]]);
  const { token } = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
  await fillQuota();
  const enqueued = codeOf(storage.enqueue([[operation('b')]]));
  const settled = storage.settle(token, [{ id: 'a', kind: 'remove' }]);
  expect([await enqueued, await settled]).toEqual(['STORAGE_FULL', ['settled']]);
  expect(await pieces()).toBe(RESERVE_PIECES - 1);
});

test('with nothing left to give up, a claim says STORAGE_FULL at once and changes nothing', async () => {
  const { storage, fillQuota, pieces } = await setUp({ reserveBytes: 0 });
  await storage.enqueue([[operation('a')]]);
  const makeRoom = await fillQuota();
  expect(await codeOf(drain(storage))).toBe('STORAGE_FULL');
  expect((await storage.get('a'))?.state).toBe('waiting');
  await makeRoom?.();
  expect(await drain(storage)).toEqual(['a']);
  expect(await pieces()).toBe(0);
});

test('a queue that has no room for the reserve opens, reads and delivers', async () => {
  const { storage, tab, fillQuota, pieces } = await setUp({ reserveBytes: 0 });
  await storage.enqueue([[operation('a')]]);
  await storage.close();
  await fillQuota();
  const again = await tab();
  expect(idsOf((await again.list()).items)).toEqual(['a']);
  expect(await pieces()).toBe(0);
});
