import { expect, test } from '@jest/globals';
import { defineOperation, MemoryQueueStorage, processQueue, SyncQueue } from '@cpc/sync-core';
import { decide, openConflicts, save, saveOrder, sharedStock } from './conflicts.js';

const seen = { version: '1', value: { id: 7, note: '', quantity: 2, labels: ['fruit'] } };

/** Holds one record in its second version; refuses what was made on the first. */
function server(value) {
  const held = { value, version: '2' };
  const send = async (operations) =>
    operations.map(({ payload, baseVersion }) => {
      if (baseVersion !== held.version) return { kind: 'conflict', remote: { ...held } };
      Object.assign(held, { value: payload, version: '3' });
      return { kind: 'acknowledged', version: '3' };
    });
  return { held, transport: { send } };
}

async function openQueue(operation = saveOrder) {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [operation] });
  await queue.open();
  return queue;
}

test('fields that one side changed are both kept, and sets are joined', async () => {
  const queue = await openQueue();
  await save(queue, seen, { ...seen.value, note: 'ring twice', labels: ['fruit', 'gift'] });
  const { held, transport } = server({ ...seen.value, quantity: 5, labels: ['fruit', 'urgent'] });
  await processQueue(queue, transport);
  expect(held.value).toEqual({
    id: 7,
    note: 'ring twice',
    quantity: 5,
    labels: ['fruit', 'urgent', 'gift'],
  });
});

test('a field that both changed waits for a person, who decides', async () => {
  const queue = await openQueue();
  await save(queue, seen, { ...seen.value, quantity: 3 });
  const { held, transport } = server({ ...seen.value, quantity: 5 });
  await processQueue(queue, transport);
  const [conflict] = await openConflicts(queue);
  expect([conflict.base.quantity, conflict.mine.quantity, conflict.theirs.quantity]).toEqual([2, 3, 5]);
  await decide(queue, conflict.id, { kind: 'merge', value: { ...conflict.theirs, quantity: 8 } });
  await processQueue(queue, transport);
  expect(held).toMatchObject({ version: '3', value: { quantity: 8 } });
  expect(await openConflicts(queue)).toEqual([]);
});

test('a resolver of one’s own decides by the rules of the thing', async () => {
  const take = defineOperation('stock.take', { entity: ({ item }) => item, conflict: sharedStock });
  const queue = await openQueue(take);
  const base = { item: 'apples', kilos: 10 };
  await queue.enqueue(take, { item: 'apples', kilos: 7 }, { base, baseVersion: '1' });
  const { held, transport } = server({ item: 'apples', kilos: 4 });
  await processQueue(queue, transport);
  expect(held.value).toEqual({ item: 'apples', kilos: 1 });
});
