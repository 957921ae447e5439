import { expect, test } from '@jest/globals';
import { openQueue, REJECTED, RETRY, settled } from '../../test/fixtures.js';
import { clientWins, defer, serverWins } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';
import type { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import type { ConflictResolver } from '../ports/conflict-resolver.js';
import type { SyncQueue } from './sync-queue.js';
import { processQueue } from '../worker/process-queue.js';

const entity = (): string => 'e';
const write = defineOperation<number>('write', { entity });
const volume = defineOperation<number>('volume', { entity, coalesce: 'replace' });
const remove = defineOperation<number>('remove', { entity, coalesce: { cancels: ['write'] } });
const against = (name: string, conflict: ConflictResolver) => defineOperation<number>(name, { conflict });
const all = [
  write,
  volume,
  remove,
  against('local', clientWins),
  against('remote', serverWins),
  against('person', defer),
];

/** Whatever a watcher hears, in order; `end` when it completes. */
function watched(queue: SyncQueue, id: string) {
  const heard: unknown[] = [];
  const subscription = queue
    .watch(id)
    .subscribe({ next: (status) => heard.push(status), complete: () => heard.push('end') });
  return { heard, subscription };
}

const conflict = { kind: 'conflict', remote: { value: 5, version: 'v2' } } as const;

test('tells where an operation is, and completes with the answer of the server', async () => {
  const { queue, transport, clock } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const { heard } = watched(queue, 'a');
  await settled();
  transport.answer(RETRY, { kind: 'acknowledged', result: { ok: true } });
  await processQueue(queue, transport);
  await settled();
  await clock.advance(5000);
  await processQueue(queue, transport);
  expect(heard).toEqual([
    { id: 'a', state: 'waiting' },
    { id: 'a', state: 'scheduled' },
    { id: 'a', state: 'acknowledged', result: { ok: true } },
    'end',
  ]);
  expect(queue.context.refreshers.size).toBe(0);
});

test('tells of a dead letter with its reason, and of its second life', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  const { heard } = watched(queue, 'a');
  await settled();
  await queue.retry('a');
  await settled();
  await queue.discard('a');
  expect(heard).toEqual([
    { id: 'a', state: 'deadLetter', failure: { code: 'NO', message: 'will not' } },
    { id: 'a', state: 'waiting' },
    { id: 'a', state: 'discarded' },
    'end',
  ]);
});

test('completes when the operation is not there', async () => {
  const { queue } = await openQueue(all);
  const { heard } = watched(queue, 'nothing');
  await settled();
  expect(heard).toEqual([{ id: 'nothing', state: 'unknown' }, 'end']);
});

test('completes when the operation expires', async () => {
  const { queue, transport, clock } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a', expiresAt: clock.now() + 1000, scheduledAt: clock.now() + 2000 });
  const { heard } = watched(queue, 'a');
  await clock.advance(3000);
  await processQueue(queue, transport);
  expect(heard).toEqual([{ id: 'a', state: 'scheduled' }, { id: 'a', state: 'expired' }, 'end']);
});

/** Lets a storage answer a turn of the event loop later. */
function slowDown(storage: MemoryQueueStorage): void {
  const get = storage.get.bind(storage);
  storage.get = async (id) => {
    await settled();
    return get(id);
  };
}

test('follows an operation into the one that it joined', async () => {
  const { queue, storage, transport } = await openQueue(all);
  await queue.enqueue(volume, 1, { id: 'a' });
  slowDown(storage);
  const { heard } = watched(queue, 'b');
  await queue.enqueue(volume, 2, { id: 'b' });
  await settled();
  await settled();
  await processQueue(queue, transport);
  expect(heard).toEqual([
    { id: 'a', state: 'waiting' },
    { id: 'a', state: 'acknowledged', result: undefined },
    'end',
  ]);
});

test('a create and its delete that cancelled each other are both cancelled', async () => {
  const { queue, storage } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const created = watched(queue, 'a');
  await settled();
  slowDown(storage);
  const removed = watched(queue, 'b');
  await queue.enqueue(remove, 1, { id: 'b' });
  await settled();
  expect(created.heard).toEqual([{ id: 'a', state: 'waiting' }, { id: 'a', state: 'cancelled' }, 'end']);
  expect(removed.heard).toEqual([{ id: 'b', state: 'cancelled' }, 'end']);
});

test('follows an edit to the new id', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const { heard } = watched(queue, 'a');
  await settled();
  const id = await queue.edit('a', 2);
  await settled();
  await processQueue(queue, transport);
  expect(heard).toEqual([
    { id: 'a', state: 'waiting' },
    { id, state: 'waiting' },
    { id, state: 'acknowledged', result: undefined },
    'end',
  ]);
});

test('follows a conflict that the local side won', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue('local', 1, { id: 'a' });
  const { heard } = watched(queue, 'a');
  await settled();
  transport.answer(conflict);
  await processQueue(queue, transport);
  expect(heard.at(-1)).toBe('end');
  expect(heard.at(-2)).toMatchObject({ state: 'acknowledged' });
  expect((heard.at(-2) as { id: string }).id).not.toBe('a');
});

test('completes as superseded where the server won', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue('remote', 1, { id: 'a' });
  const { heard } = watched(queue, 'a');
  await settled();
  transport.answer(conflict);
  await processQueue(queue, transport);
  expect(heard.slice(-2)).toEqual([{ id: 'a', state: 'superseded' }, 'end']);
});

test('stays with a conflict that a person is to decide', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue('person', 1, { id: 'a' });
  const { heard } = watched(queue, 'a');
  await settled();
  transport.answer(conflict);
  await processQueue(queue, transport);
  await settled();
  expect(heard.at(-1)).toMatchObject({ id: 'a', state: 'parked', failure: { code: 'CONFLICT_DEFERRED' } });
});

test('tells a follower that its turn has come', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  await queue.enqueue(write, 2, { id: 'b' });
  const { heard } = watched(queue, 'b');
  await settled();
  await queue.discard('a');
  await settled();
  expect(heard).toEqual([
    { id: 'b', state: 'blocked' },
    { id: 'b', state: 'waiting' },
  ]);
});

test('says nothing twice, and nothing after it was unsubscribed', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const { heard, subscription } = watched(queue, 'a');
  await settled();
  await queue.enqueue(write, 2);
  await queue.enqueue('remote', 3);
  await queue.open();
  await settled();
  expect(heard).toEqual([{ id: 'a', state: 'waiting' }]);
  subscription.unsubscribe();
  await queue.discard('a');
  await settled();
  expect(heard).toHaveLength(1);
  expect(queue.context.refreshers.size).toBe(0);
});

test('an operation that left while it was looked for is told by its event alone', async () => {
  const { queue, storage } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const { heard } = watched(queue, 'a');
  await settled();
  slowDown(storage);
  await queue.enqueue(write, 2);
  await queue.discard('a');
  await settled();
  await settled();
  expect(heard).toEqual([{ id: 'a', state: 'waiting' }, { id: 'a', state: 'discarded' }, 'end']);
});

test('a storage that fails is an event, and the watch goes on', async () => {
  const { queue, storage, events } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  await storage.close();
  const { heard } = watched(queue, 'a');
  await settled();
  expect(events.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'STORAGE_CLOSED' } });
  await queue.open();
  await settled();
  expect(heard).toEqual([{ id: 'a', state: 'waiting' }]);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])(
  'never says unknown of what is just being settled, %i turns after the send',
  async (turns) => {
    const { queue, transport, events } = await openQueue(all);
    await queue.enqueue(write, 1, { id: 'a' });
    let late: ReturnType<typeof watched> | undefined;
    const send = transport.send.bind(transport);
    transport.send = async (operations) => {
      const answer = await send(operations);
      void (async () => {
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        if (events.at(-1)?.type !== 'acknowledged') late = watched(queue, 'a');
      })();
      return answer;
    };
    await processQueue(queue, transport);
    await settled();
    if (late !== undefined)
      expect(late.heard.slice(-2)).toEqual([{ id: 'a', state: 'acknowledged', result: undefined }, 'end']);
  },
);

test.each([0, 1, 2, 3, 4])(
  'never says unknown of what is just being discarded, %i turns later',
  async (turns) => {
    const { queue } = await openQueue(all);
    await queue.enqueue(write, 1, { id: 'a' });
    const discarded = queue.discard('a');
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const { heard } = watched(queue, 'a');
    await discarded;
    await settled();
    expect(heard.slice(-2)).toEqual([{ id: 'a', state: 'discarded' }, 'end']);
  },
);

test.each([0, 1, 2, 3, 4, 5])(
  'never says unknown of what is just being cancelled, %i turns later',
  async (turns) => {
    const { queue } = await openQueue(all);
    await queue.enqueue(write, 1, { id: 'a' });
    const cancelled = queue.enqueue(remove, 1, { id: 'b' });
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const { heard } = watched(queue, 'a');
    await cancelled;
    await settled();
    expect(heard.slice(-2)).toEqual([{ id: 'a', state: 'cancelled' }, 'end']);
  },
);
