require('fake-indexeddb/auto');
const { defineOperation, processQueue, SyncQueue } = require('@cpc/sync-core');
const { IndexedDbQueueStorage } = require('@cpc/storage-indexeddb');
const { SqliteQueueStorage } = require('@cpc/storage-sqlite');
const packages = require('./packages.json');

const entries = Object.entries(packages).flatMap(([name, { all }]) => all.map((entry) => [name, entry]));

test.each(entries)('%s: %s loads', (_name, entry) => {
  expect(Object.keys(require(entry)).length).toBeGreaterThanOrEqual(0);
});

test.each([
  ['@cpc/storage-indexeddb', () => new IndexedDbQueueStorage({ name: 'jest' })],
  ['@cpc/storage-sqlite', () => new SqliteQueueStorage({ file: `jest-${process.pid}.sqlite` })],
])('%s: keeps a sale until it is delivered', async (_name, makeStorage) => {
  const sell = defineOperation('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
  const queue = new SyncQueue({ storage: makeStorage() }, { operations: [sell] });
  await queue.open();
  await queue.enqueue(sell, { stall: 7, item: 'figs' });
  const sent = [];
  await processQueue(queue, {
    send: async (operations) =>
      operations.map(({ payload }) => (sent.push(payload), { kind: 'acknowledged' })),
  });
  await queue.close();
  expect(sent).toEqual([{ stall: 7, item: 'figs' }]);
});
