import 'fake-indexeddb/auto';
import { expect, test } from '@jest/globals';
import { openDB } from 'idb';
import { operation, T0 } from '../../test/fixtures.js';
import { DEFAULT_STORE_NAME, type LogPage, logPageKey, META_KEY } from '../format/store-layout.js';
import { IndexedDbQueueStorage } from '../index.js';

/** Ids that enter the queue and leave it. */
async function pass(storage: IndexedDbQueueStorage, ids: readonly string[]): Promise<void> {
  await storage.enqueue([ids.map((id) => operation(id))]);
  await storage.discard(ids);
}

const named = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** Which of the ids a tab that reads everything anew takes for new ones. */
async function forgotten(name: string, ids: readonly string[]): Promise<readonly string[]> {
  const storage = new IndexedDbQueueStorage({ name });
  await storage.open();
  const [result] = await storage.enqueue([ids.map((id) => operation(id))]);
  await storage.close();
  const receipts = result?.ok === true ? result.receipts : [];
  return ids.filter((_, at) => receipts[at]?.kind !== 'duplicate');
}

async function put(name: string, key: IDBValidKey, value: unknown): Promise<void> {
  const db = await openDB(name);
  await db.put(DEFAULT_STORE_NAME, value, key);
  db.close();
}

/** Opens a tab, lets it work and closes it. */
async function inTab(name: string, work: (storage: IndexedDbQueueStorage) => Promise<void>): Promise<void> {
  const storage = new IndexedDbQueueStorage({ name });
  await storage.open();
  try {
    await work(storage);
  } finally {
    await storage.close();
  }
}

test('behind a damaged page of what became of ids, nothing that comes is forgotten', async () => {
  const name = 'damaged-past';
  await inTab(name, (tab) => pass(tab, named('before', 150)));
  await put(name, logPageKey('past', 1), { text: '[', checksum: 0 });
  await inTab(name, async (tab) => {
    await pass(tab, named('then', 60));
    await pass(tab, named('later', 5));
  });
  await inTab(name, (tab) => pass(tab, named('last', 1)));
  expect(await forgotten(name, named('then', 60))).toEqual([]);
  expect(await forgotten(name, named('later', 5))).toEqual([]);
  expect(await forgotten(name, named('before', 100))).toEqual([]);
});

test('behind a damaged page of permanent ids, those that come are kept', async () => {
  const name = 'damaged-assigned';
  const assign = (from: number, to: number) => async (tab: IndexedDbQueueStorage) => {
    for (let n = from; n < to; n++) {
      await tab.enqueue([[operation(`create${n}`)]]);
      const { token } = await tab.claim({ now: T0, limit: 1, leaseMs: 1000 });
      await tab.settle(token, [
        { id: `create${n}`, kind: 'remove', assign: { from: `tmp${n}`, to: `real${n}` } },
      ]);
    }
  };
  await inTab(name, assign(0, 10));
  await put(name, logPageKey('assigned', 0), 'nonsense');
  await inTab(name, assign(10, 105));
  await inTab(name, assign(105, 106));
  await inTab(name, async (tab) => {
    for (const n of [10, 95, 104, 105])
      await tab.enqueue([
        [
          operation(`late${n}`, {
            payload: `{"of":"tmp${n}"}`,
            references: [{ path: '/of', id: `tmp${n}` }],
          }),
        ],
      ]);
    const { items } = await tab.list();
    expect(items.map(({ payload }) => payload)).toEqual([10, 95, 104, 105].map((n) => `{"of":"real${n}"}`));
  });
});

test.each([
  ['that is altered', (page: LogPage) => ({ ...page, text: page.text.replace('real3', 'real4') })],
  ['that is nonsense', () => 'nonsense'],
])('what mentions a delivered thing waits behind a page of permanent ids %s', async (what, alter) => {
  const name = `assigned-${what.replaceAll(' ', '-')}`;
  const mention = (n: number) =>
    operation(`mention${n}`, {
      payload: `{"of":"create${n}"}`,
      references: [{ path: '/of', id: `create${n}` }],
    });
  await inTab(name, async (tab) => {
    for (const n of [3, 4]) await tab.enqueue([[operation(`create${n}`)]]);
    const { token, operations } = await tab.claim({ now: T0, limit: 2, leaseMs: 1000 });
    await tab.settle(
      token,
      operations.map(({ id }) => ({
        id,
        kind: 'remove',
        assign: { from: id, to: id.replace('create', 'real') },
      })),
    );
  });
  const db = await openDB(name);
  const page = (await db.get(DEFAULT_STORE_NAME, logPageKey('assigned', 0))) as LogPage;
  db.close();
  await put(name, logPageKey('assigned', 0), alter(page));
  await inTab(name, async (tab) => {
    await tab.enqueue([[mention(3), operation('else')]]);
    const { operations } = await tab.claim({ now: T0, limit: 9, leaseMs: 1000 });
    expect(operations.map(({ id }) => id)).toEqual(['else']);
    expect((await tab.get('mention3'))?.failure?.code).toBe('REFERENCE_ENDED');
  });
});

test('without its meta record the queue still knows what became of ids', async () => {
  const name = 'damaged-meta';
  await inTab(name, (tab) => pass(tab, named('before', 150)));
  await put(name, META_KEY, { stamp: 'x', text: '{', checksum: 0 });
  await inTab(name, (tab) => pass(tab, named('after', 5)));
  expect(await forgotten(name, named('before', 150))).toEqual([]);
  expect(await forgotten(name, named('after', 5))).toEqual([]);
});
