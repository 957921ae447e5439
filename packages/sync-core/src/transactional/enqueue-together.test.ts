import { expect, test } from '@jest/globals';
import {
  SyncQueue,
  defineOperation,
  MemoryQueueStorage,
  type AnyOperationDefinition,
  type EnqueueResult,
  type SyncEvent,
} from '../index.js';
import { runningWorker } from '../../test/fixtures.js';
import { enqueueTogether, type TransactionalStorage } from './enqueue-together.js';
import { contextOf } from '../queue/queue-context.js';

const sell = defineOperation<{ item: string; kilos: number }>('stall.sell', {
  entity: ({ item }) => `items/${item}`,
  coalesce: { merge: (waiting, incoming) => ({ ...incoming, kilos: waiting.kilos + incoming.kilos }) },
});

/** A transaction that keeps what it did until it is committed. */
class FakeTransaction {
  readonly writes: string[] = [];
}

async function setUp(maxPending?: number, operations: readonly AnyOperationDefinition[] = [sell]) {
  const memory = new MemoryQueueStorage();
  const queue = new SyncQueue(
    { storage: memory },
    { operations, ...(maxPending !== undefined && { maxPending }) },
  );
  await queue.open();
  const storage: TransactionalStorage<FakeTransaction, Promise<EnqueueResult>> = {
    async enqueueIn(transaction, operations, rules) {
      transaction.writes.push(...operations.map(({ id }) => id));
      const [result] = await memory.enqueue([operations], rules);
      return result as EnqueueResult;
    },
  };
  const events: SyncEvent[] = [];
  queue.allEvents$.subscribe((event) => events.push(event));
  return { queue, storage, events };
}

const apples = { item: 'apples', kilos: 2 };

test('the operation is stored by the transaction of the app, and the queue tells of it', async () => {
  const { queue, storage, events } = await setUp();
  let woken = 0;
  contextOf(queue).workers.add(runningWorker({ wake: () => woken++ }));
  const transaction = new FakeTransaction();
  const options = { id: 'k', principal: 'ann' };
  const receipt = await enqueueTogether(
    { queue, storage, operation: sell, payload: apples, options },
    async (enqueueIn) => {
      transaction.writes.push('mine');
      await enqueueIn(transaction);
    },
  );
  expect(receipt).toEqual({ id: 'k', outcome: 'enqueued' });
  expect(transaction.writes).toEqual(['mine', 'k']);
  expect(await queue.get('k', { principals: 'all' })).toMatchObject({
    payload: apples,
    principal: 'ann',
    entity: 'items/apples',
  });
  expect(events).toMatchObject([{ type: 'enqueued', id: 'k' }]);
  expect(woken).toBe(1);
});

test('a storage that answers at once needs no promise', async () => {
  const { queue } = await setUp();
  const storage: TransactionalStorage<string, EnqueueResult> = {
    enqueueIn: () => ({ ok: true, receipts: [{ kind: 'enqueued', sequence: 1 }] }),
  };
  const receipt = await enqueueTogether(
    { queue, storage, operation: sell, payload: apples, options: { id: 'k' } },
    (enqueueIn) => {
      enqueueIn('transaction');
    },
  );
  expect(receipt).toEqual({ id: 'k', outcome: 'enqueued' });
});

test('operations join as the definition says, and a repeat changes nothing', async () => {
  const { queue, storage, events } = await setUp();
  const sellMore = (id: string, kilos: number) =>
    enqueueTogether(
      { queue, storage, operation: sell, payload: { ...apples, kilos }, options: { id } },
      (enqueueIn) => enqueueIn(new FakeTransaction()),
    );
  await sellMore('a', 2);
  expect(await sellMore('b', 3)).toEqual({ id: 'b', outcome: 'coalesced', into: 'a' });
  expect((await queue.get('a'))?.payload).toEqual({ ...apples, kilos: 5 });
  expect(await sellMore('a', 5)).toEqual({ id: 'a', outcome: 'duplicate' });
  expect(events.map(({ type }) => type)).toEqual(['enqueued', 'coalesced']);
});

test('what the queue refuses is thrown inside of the transaction', async () => {
  const { queue, storage, events } = await setUp(1);
  await queue.enqueue(sell, { item: 'pears', kilos: 1 });
  let committed = false;
  const refused = enqueueTogether({ queue, storage, operation: sell, payload: apples }, async (enqueueIn) => {
    await enqueueIn(new FakeTransaction());
    committed = true;
  });
  await expect(refused).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  expect(committed).toBe(false);
  expect(events.map(({ type }) => type)).toEqual(['enqueued']);
});

test('what the app throws is thrown, and nothing is told', async () => {
  const { queue, storage, events } = await setUp();
  const failed = enqueueTogether({ queue, storage, operation: sell, payload: apples }, () => {
    throw new RangeError('mine');
  });
  await expect(failed).rejects.toThrow('mine');
  expect(events).toEqual([]);
});

test('a write that forgets the operation is a mistake that is told', async () => {
  const { queue, storage } = await setUp();
  await expect(
    enqueueTogether({ queue, storage, operation: sell, payload: apples }, () => undefined),
  ).rejects.toThrow('did not call enqueueIn');
});

const save = (kilos: number) => ({ item: 'apples', kilos });

test('calls for one entity take effect in the order in which they are made, whichever way they come', async () => {
  const note = defineOperation<{ item: string; kilos: number }>('stall.note', {
    entity: ({ item }) => `items/${item}`,
  });
  const { queue, storage } = await setUp(undefined, [note]);
  const together = (id: string) =>
    enqueueTogether({ queue, storage, operation: note, payload: save(1), options: { id } }, (enqueueIn) =>
      enqueueIn(new FakeTransaction()),
    );
  const calls = [
    queue.enqueue(note, save(1), { id: 'a' }),
    together('b'),
    queue.enqueue(note, save(1), { id: 'c' }),
    together('d'),
    together('e'),
  ];
  await Promise.all(calls);
  const { items } = await queue.list({});
  expect(items.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a schema that answers late holds up what is written together after it', async () => {
  const note = defineOperation<{ item: string; kilos: number }>('stall.note', {
    entity: ({ item }) => `items/${item}`,
    schema: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) => {
          if ((value as { kilos: number }).kilos > 1)
            for (let turn = 0; turn < 20; turn++) await Promise.resolve();
          return { value: value as { item: string; kilos: number } };
        },
      },
    },
  });
  const { queue, storage } = await setUp(undefined, [note]);
  const slow = queue.enqueue(note, save(2), { id: 'a' });
  await enqueueTogether(
    { queue, storage, operation: note, payload: save(1), options: { id: 'b' } },
    (enqueueIn) => enqueueIn(new FakeTransaction()),
  );
  await slow;
  const { items } = await queue.list({});
  expect(items.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a write that fails holds up nobody', async () => {
  const { queue, storage } = await setUp();
  const failed = enqueueTogether({ queue, storage, operation: sell, payload: apples }, () => {
    throw new RangeError('mine');
  });
  const receipt = queue.enqueue(sell, apples, { id: 'k' });
  await expect(failed).rejects.toThrow('mine');
  expect(await receipt).toEqual({ id: 'k', outcome: 'enqueued' });
});
