import 'fake-indexeddb/auto';
import { expect, test } from '@jest/globals';
import type { NewOutcome } from '@cpc/sync-core';
import { openDB } from 'idb';
import { operation, T0 } from '../../test/fixtures.js';
import { outcomeKey } from '../format/outcome-page.js';
import { DEFAULT_STORE_NAME } from '../format/store-layout.js';
import { IndexedDbQueueStorage } from '../index.js';

async function inStore<T>(name: string, work: (store: Database) => Promise<T>): Promise<T> {
  const db = await openDB(name);
  const result = await work(db);
  db.close();
  return result;
}

type Database = Awaited<ReturnType<typeof openDB>>;

const everythingIn = (name: string): Promise<string> =>
  inStore(name, async (db) => JSON.stringify(await db.getAll(DEFAULT_STORE_NAME)));

test('after a purge nothing that the person wrote, and no answer that they got, stands in the store', async () => {
  const name = 'purge';
  const storage = new IndexedDbQueueStorage({ name, reserveBytes: 0 });
  const other = new IndexedDbQueueStorage({ name, reserveBytes: 0 });
  await storage.open();
  const theirs = (id: string) =>
    operation(id, { principal: 'anna', entity: 'note/Secret', payload: '"Secret"', base: '"Secret"' });
  const told: NewOutcome = { outcome: 'acknowledged', kind: 'k', principal: 'anna', result: '"Secret"' };
  await storage.enqueue([[theirs('told'), theirs('forgotten'), theirs('damaged'), theirs('left')]]);
  for (const id of ['told', 'forgotten']) {
    const { token } = await storage.claim({ now: T0, limit: 1, leaseMs: 1000 });
    await storage.settle(token, [{ id, kind: 'remove', outcome: told }]);
  }
  await storage.enqueue([[operation('public', { principal: 'ben', payload: '"Public"' })]]);
  await storage.close();
  await inStore(name, async (db) => {
    for (const key of await db.getAllKeys(DEFAULT_STORE_NAME)) {
      if (typeof key !== 'number') continue;
      const { items } = (await db.get(DEFAULT_STORE_NAME, key)) as { items: { text: string }[] };
      const altered = items.map((item) =>
        item.text.includes('"damaged"') ? { ...item, text: item.text.replace('"rank"', '"rink"') } : item,
      );
      await db.put(DEFAULT_STORE_NAME, { items: altered }, key);
    }
    // Nobody can tell any more of whom this page tells.
    await db.put(
      DEFAULT_STORE_NAME,
      { text: '[["forgotten",{"result":"Secret"}]] ', checksum: 1 },
      outcomeKey(2),
    );
  });
  await storage.open();
  await other.open();
  expect((await other.stats()).quarantined).toBe(1);
  expect(await everythingIn(name)).toContain('Secret');
  expect(await storage.signIn(undefined, { purge: ['anna'] })).toEqual({ adopted: [], purged: 1 });
  const left = await everythingIn(name);
  expect(left).not.toContain('Secret');
  expect(left).toContain('Public');
  for (const tab of [storage, other]) {
    expect((await tab.stats()).quarantined).toBe(0);
    expect(await tab.outcomeOf('told')).toEqual({
      outcome: 'acknowledged',
      kind: 'k',
      principal: 'anna',
      id: 'told',
      sequence: 1,
    });
    await tab.close();
  }
});
