import 'fake-indexeddb/auto';
import { isSyncError, type StorageNotice } from '@cpc/sync-core';
import { ManualClock } from '@cpc/testing';
import { afterEach, expect, jest, test } from '@jest/globals';
import { deleteDB, openDB, unwrap } from 'idb';
import { idsOf, operation, T0 } from '../test/fixtures.js';
import { makeMetaRecord, readMeta } from './format/meta.js';
import { DEFAULT_STORE_NAME, FORMAT, META_KEY } from './format/store-layout.js';
import { createQueueStore, IndexedDbQueueStorage, type IndexedDbStorageOptions } from './index.js';

let databases = 0;
const open: (() => Promise<void> | void)[] = [];

function makeStorage(options: IndexedDbStorageOptions = {}): IndexedDbQueueStorage {
  const storage = new IndexedDbQueueStorage({ name: `storage-${databases}`, ...options });
  open.push(() => storage.close());
  return storage;
}

async function opened(options: IndexedDbStorageOptions = {}): Promise<IndexedDbQueueStorage> {
  const storage = makeStorage(options);
  await storage.open();
  return storage;
}

afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of open.splice(0).reverse()) await close();
  databases++;
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (isSyncError(error) ? error.code : String(error)),
  );
}

test('callers of the same moment share one record, and every transaction is strict', async () => {
  const storage = await opened();
  const transaction = jest.spyOn(IDBDatabase.prototype, 'transaction');
  await Promise.all(Array.from({ length: 50 }, (_, n) => storage.enqueue([[operation(`op${n}`)]])));
  const writes = transaction.mock.calls.filter(([, mode]) => mode === 'readwrite');
  expect(writes.map(([, , options]) => options?.durability)).toEqual(['strict']);
  const db = await openDB(`storage-${databases}`);
  expect(await db.count(DEFAULT_STORE_NAME, IDBKeyRange.bound(0, Infinity))).toBe(1);
  db.close();
});

test('a newer format is refused and left as it is', async () => {
  const name = `storage-${databases}`;
  const newer = await openDB(name, FORMAT + 1, {
    upgrade: (db) => void db.createObjectStore('theirs'),
  });
  await newer.put('theirs', 'untouched', 1);
  newer.close();
  const storage = makeStorage();
  expect(await codeOf(storage.open())).toBe('STORAGE_FORMAT_NEWER');
  const again = await openDB(name);
  expect([again.version, await again.get('theirs', 1)]).toEqual([FORMAT + 1, 'untouched']);
  again.close();
});

test('a newer format in the store of a shared database is refused and left as it is', async () => {
  const storage = await opened();
  await storage.enqueue([[operation('a')]]);
  await storage.close();
  const db = await openDB(`storage-${databases}`);
  const meta = readMeta(await db.get(DEFAULT_STORE_NAME, META_KEY));
  await db.put(DEFAULT_STORE_NAME, makeMetaRecord({ ...meta!, format: 9 }), META_KEY);
  const before = await db.getAll(DEFAULT_STORE_NAME);
  expect(await codeOf(storage.open())).toBe('STORAGE_FORMAT_NEWER');
  expect(await db.getAll(DEFAULT_STORE_NAME)).toEqual(before);
  db.close();
});

test('it makes way for whoever deletes the database, tells so, and goes on in a new one', async () => {
  const storage = await opened();
  const notices: StorageNotice[] = [];
  storage.notices.subscribe((notice) => notices.push(notice));
  await storage.enqueue([[operation('a')]]);
  const stale = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
  await deleteDB(`storage-${databases}`);
  expect(notices.map(({ kind }) => kind)).toEqual(['lost']);
  await storage.enqueue([[operation('a')]]);
  const claim = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
  expect(claim.token).toBeGreaterThan(stale.token);
  expect(await storage.settle(stale.token, [{ id: 'a', kind: 'remove' }])).toEqual(['stale']);
  expect(idsOf((await storage.list()).items)).toEqual(['a']);
});

test('it opens again after the browser closed the database', async () => {
  const transaction = jest.spyOn(IDBDatabase.prototype, 'transaction');
  const storage = await opened();
  await storage.enqueue([[operation('a')]]);
  (transaction.mock.contexts.at(-1) as IDBDatabase).close();
  await storage.enqueue([[operation('b')]]);
  expect(idsOf((await storage.list()).items)).toEqual(['a', 'b']);
});

test('a database that another tab holds open for an upgrade is busy, in the time given', async () => {
  const name = `storage-${databases}`;
  const holder = await openDB(name, 1, { upgrade: (db) => void db.createObjectStore(DEFAULT_STORE_NAME) });
  // An upgrade that waits for the holder blocks everyone who comes behind it.
  const upgrade = openDB(name, 2);
  const clock = new ManualClock();
  const storage = makeStorage({ clock, openTimeoutMs: 5000 });
  const opening = codeOf(storage.open());
  await new Promise((resolve) => setTimeout(resolve, 20));
  await clock.advance(5000);
  expect(await opening).toBe('STORAGE_BUSY');
  holder.close();
  (await upgrade).close();
});

test('a transaction that a frozen tab holds up is busy, in the time given, and nothing of it happens', async () => {
  const clock = new ManualClock();
  const storage = await opened({ clock, transactionTimeoutMs: 5000 });
  const other = await openDB(`storage-${databases}`);
  const frozen = other.transaction(DEFAULT_STORE_NAME, 'readwrite');
  const tab = { isFrozen: true };
  const holding = (async () => {
    while (tab.isFrozen) await frozen.store.get('nothing');
  })();
  const enqueued = codeOf(storage.enqueue([[operation('a')]]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await clock.advance(5000);
  expect(await enqueued).toBe('STORAGE_BUSY');
  tab.isFrozen = false;
  await holding;
  await frozen.done;
  expect((await storage.stats()).total).toBe(0);
  await storage.enqueue([[operation('a')]]);
  expect((await storage.stats()).total).toBe(1);
  other.close();
});

test('a full quota is STORAGE_FULL, nothing of the call is kept, and others in the same commit go through', async () => {
  const storage = await opened();
  const put = Reflect.get(IDBObjectStore.prototype, 'put') as IDBObjectStore['add'];
  jest.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...given) {
    if (JSON.stringify(given[0]).includes('too-large')) throw new DOMException('full', 'QuotaExceededError');
    return put.apply(this, given);
  });
  const fits = storage.enqueue([[operation('fits')]]);
  const tooLarge = codeOf(storage.enqueue([[operation('too-large')]]));
  expect(await tooLarge).toBe('STORAGE_FULL');
  expect((await fits)[0]?.ok).toBe(true);
  expect(idsOf((await storage.list()).items)).toEqual(['fits']);
});

test('without its meta record the queue is read anew, and everything counts as attempted', async () => {
  const storage = await opened();
  await storage.enqueue([[operation('a', { entity: 'e' }), operation('b', { entity: 'e' })]]);
  const before = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
  const db = await openDB(`storage-${databases}`);
  await db.put(DEFAULT_STORE_NAME, { stamp: 'x', text: '{', checksum: 0 }, META_KEY);
  db.close();
  const claim = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
  expect(idsOf(claim.operations)).toEqual(['a']);
  expect(claim.token).toBeGreaterThan(before.token);
  const { items } = await storage.list();
  expect(items.map(({ attempted }) => attempted)).toEqual([true, true]);
});

test('an unreadable record keeps its bytes while the records beside it come and go', async () => {
  const storage = await opened();
  await storage.enqueue([[operation('a'), operation('b'), operation('c')]]);
  await storage.close();
  const db = await openDB(`storage-${databases}`);
  const chunk = (await db.get(DEFAULT_STORE_NAME, 1)) as { items: unknown[] };
  await db.put(DEFAULT_STORE_NAME, { items: [chunk.items[0], { not: 'an item' }, chunk.items[2]] }, 1);
  await storage.open();
  await storage.discard(['a', 'c']);
  const [record] = (await storage.quarantined()).items;
  expect(new TextDecoder().decode(record!.raw)).toBe('{"not":"an item"}');
  expect(((await db.get(DEFAULT_STORE_NAME, 1)) as { items: unknown[] }).items).toEqual([{ not: 'an item' }]);
  db.close();
});

test('absurd times and numbers are held to sense', async () => {
  const storage = await opened();
  await storage.enqueue([[operation('a', { scheduledAt: Infinity, rank: NaN, createdAt: -Infinity })]]);
  await storage.close();
  await storage.open();
  const found = await storage.get('a');
  expect([found?.scheduledAt, found?.rank, found?.createdAt]).toEqual([8.64e15, 0, -8.64e15]);
});

test('enqueueIn commits with the app or not at all', async () => {
  const db = await openDB(`shared-${databases}`, 1, {
    upgrade: (own, _from, _to, transaction) => {
      own.createObjectStore('notes');
      createQueueStore(unwrap(transaction));
    },
  });
  open.push(() => db.close());
  const storage = new IndexedDbQueueStorage({ connect: () => unwrap(db) });
  open.push(() => storage.close());
  await storage.open();
  const together = db.transaction(['notes', DEFAULT_STORE_NAME], 'readwrite');
  await together.objectStore('notes').put('mine', 1);
  const result = await storage.enqueueIn(unwrap(together), [operation('a')]);
  await together.done;
  expect(result.ok).toBe(true);
  expect(idsOf((await storage.list()).items)).toEqual(['a']);

  const undone = db.transaction(['notes', DEFAULT_STORE_NAME], 'readwrite');
  await storage.enqueueIn(unwrap(undone), [operation('b')]);
  undone.abort();
  await undone.done.catch(() => undefined);
  expect(idsOf((await storage.list()).items)).toEqual(['a']);
});

test('enqueueIn refuses a transaction that it cannot write in, and says what it needs', async () => {
  const storage = await opened();
  const db = await openDB(`storage-${databases}`);
  open.push(() => db.close());
  const readonly = db.transaction(DEFAULT_STORE_NAME);
  await expect(storage.enqueueIn(unwrap(readonly), [operation('a')])).rejects.toThrow('"readwrite"');
  const wrapped = db.transaction(DEFAULT_STORE_NAME, 'readwrite') as unknown as IDBTransaction;
  await expect(storage.enqueueIn(wrapped, [operation('a')])).rejects.toThrow('unwrap');
});

test('it asks the browser for permanence and for the space that is left, where the browser can tell', async () => {
  const storage = makeStorage();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  open.push(() => {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  });
  const browserWith = (storage: unknown): void => {
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { storage } });
  };
  browserWith(undefined);
  expect(await storage.persist()).toBe(false);
  expect(await storage.estimate()).toBeUndefined();
  browserWith({
    persist: () => Promise.resolve(true),
    estimate: () => Promise.resolve({ usage: 10, quota: 100 }),
  });
  expect(await storage.persist()).toBe(true);
  expect(await storage.estimate()).toEqual({ usedBytes: 10, quotaBytes: 100 });
});

test('names and options that make no sense are refused by name', () => {
  expect(() => new IndexedDbQueueStorage({ name: 'a/b' })).toThrow(RangeError);
  expect(() => new IndexedDbQueueStorage({ storeName: '' })).toThrow('storeName');
  expect(() => new IndexedDbQueueStorage({ openTimeoutMs: 0 })).toThrow('openTimeoutMs');
  expect(() => new IndexedDbQueueStorage({ reserveBytes: 1000 })).toThrow('reserveBytes');
  expect(() => new IndexedDbQueueStorage({ durability: 'maybe' as never })).toThrow('durability');
  expect(() => new IndexedDbQueueStorage({ name: 'a', connect: () => ({}) as IDBDatabase })).toThrow(
    TypeError,
  );
});

test('other instances hear a hint of a change, the one that made it does not', async () => {
  const first = await opened();
  const second = await opened();
  const heard: string[] = [];
  first.notices.subscribe(() => heard.push('first'));
  const hint = new Promise<void>((resolve) => {
    second.notices.subscribe(() => {
      heard.push('second');
      resolve();
    });
  });
  await first.enqueue([[operation('a')]]);
  await hint;
  expect(heard).toEqual(['second']);
});

test('payloads are written as the codec makes them, sealed once, and read back', async () => {
  let sealed = 0;
  const codec = {
    encode: (text: string) => {
      sealed++;
      return Promise.resolve(new TextEncoder().encode(text).map((byte) => byte ^ 0x5a));
    },
    decode: (bytes: Uint8Array) =>
      Promise.resolve(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte ^ 0x5a))),
  };
  const storage = await opened({ codec });
  await storage.enqueue([[operation('a', { payload: '"secret"', base: '"base secret"' }), operation('b')]]);
  await storage.discard(['b']);
  const claim = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
  await storage.settle(claim.token, [{ id: 'a', kind: 'release', sent: true }]);
  // The payloads, and once the text by which the key is known again.
  expect(sealed).toBe(4);
  const db = await openDB(`storage-${databases}`);
  const raw = JSON.stringify(await db.getAll(DEFAULT_STORE_NAME));
  db.close();
  expect(raw).not.toContain('secret');
  const second = await opened({ codec });
  const found = await second.get('a');
  expect([found?.payload, found?.base]).toEqual(['"secret"', '"base secret"']);
});
