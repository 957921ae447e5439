import { expect, test } from '@jest/globals';
import { newOperation, openQueue, REJECTED, typesOf } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import type { EnqueueOptions } from './enqueue-options.js';
import { processQueue } from '../worker/process-queue.js';

interface Volume {
  readonly level: number;
}

const entity = (): string => 'e';
const volume = defineOperation<Volume>('volume', { entity, coalesce: 'replace' });
const add = defineOperation<number>('add', { entity, coalesce: { merge: (a, b) => a + b } });
const plain = defineOperation<number>('plain', { entity });
const create = defineOperation<number>('create', { entity });
const remove = defineOperation<number>('remove', { entity, coalesce: { cancels: ['create'] } });

const all = [volume, add, plain, create, remove];

test('replace: the later payload takes the place of the waiting one', async () => {
  const { queue, events, transport } = await openQueue(all);
  await queue.enqueue(volume, { level: 1 }, { id: 'a' });
  expect(await queue.enqueue(volume, { level: 2 }, { id: 'b' })).toEqual({
    id: 'b',
    outcome: 'coalesced',
    into: 'a',
  });
  expect(events.at(-1)).toEqual({ type: 'coalesced', id: 'b', into: 'a', kind: 'volume', entity: 'e' });
  await processQueue(queue, transport);
  expect(transport.sent).toMatchObject([{ id: 'a', payload: { level: 2 } }]);
});

test('merge: both become one', async () => {
  const { queue, transport } = await openQueue(all);
  for (const amount of [1, 2, 3]) await queue.enqueue(add, amount);
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([6]);
});

test('cancels: a create and its delete are gone', async () => {
  const { queue, events } = await openQueue(all);
  await queue.enqueue(create, 1, { id: 'a' });
  expect(await queue.enqueue(remove, 1, { id: 'b' })).toEqual({ id: 'b', outcome: 'cancelled', with: 'a' });
  expect(events.at(-1)).toEqual({ type: 'cancelled', id: 'b', with: 'a', kind: 'remove', entity: 'e' });
  expect((await queue.stats()).total).toBe(0);
});

test('cancels nothing of another kind', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(plain, 1);
  expect(await queue.enqueue(remove, 1)).toMatchObject({ outcome: 'enqueued' });
});

test('a create on which another operation depends is not cancelled', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(create, 1, { id: 'a' });
  await queue.enqueue(plain, 1, { entity: 'other', dependsOn: ['a'] });
  expect(await queue.enqueue(remove, 1)).toMatchObject({ outcome: 'enqueued' });
});

test('joins only the last of its entity', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue(add, 1);
  await queue.enqueue(plain, 100);
  await queue.enqueue(add, 2);
  await queue.enqueue(add, 3);
  await queue.enqueue(add, 50, { entity: 'other' });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([1, 50, 100, 5]);
});

test('joins nothing that was attempted, is being sent, or waits for a person', async () => {
  const { queue, storage, clock, transport } = await openQueue(all);
  transport.answer(REJECTED);
  await queue.enqueue(add, 1, { id: 'refused' });
  await processQueue(queue, transport);
  expect(await queue.enqueue(add, 2, { id: 'next' })).toMatchObject({ outcome: 'enqueued' });
  await queue.discard('refused');
  const claim = await storage.claim({ now: clock.now(), limit: 1, leaseMs: 1000 });
  expect(claim.operations).toMatchObject([{ id: 'next' }]);
  expect(await queue.enqueue(add, 3, { id: 'third' })).toMatchObject({ outcome: 'enqueued' });
  await storage.settle(claim.token, [{ id: 'next', kind: 'release', sent: false }]);
  await queue.discard('third');
  expect(await queue.enqueue(add, 4)).toMatchObject({ outcome: 'coalesced', into: 'next' });
});

test('joins nothing that may have reached the server, though it waits again', async () => {
  const { queue, storage, clock, transport } = await openQueue(all);
  await queue.enqueue(add, 1, { id: 'sent' });
  const claim = await storage.claim({ now: clock.now(), limit: 1, leaseMs: 1000 });
  await storage.settle(claim.token, [{ id: 'sent', kind: 'release', sent: true }]);
  expect(await queue.get('sent')).toMatchObject({ state: 'waiting' });
  expect(await queue.enqueue(add, 2)).toMatchObject({ outcome: 'enqueued' });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([1, 2]);
});

test('joins nothing of another principal', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(add, 1, { principal: 'anna' });
  expect(await queue.enqueue(add, 2, { principal: 'ben' })).toMatchObject({ outcome: 'enqueued' });
  expect(await queue.enqueue(add, 3)).toMatchObject({ outcome: 'enqueued' });
});

test('joins nothing that goes before what it depends on', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(plain, 1, { id: 'early', entity: 'x' });
  await queue.enqueue(add, 1, { id: 'tail', dependsOn: ['early', 'late'] });
  await queue.enqueue(plain, 1, { id: 'late', entity: 'y' });
  const receipt = (dependsOn: string[]) => queue.enqueue(add, 1, { dependsOn });
  expect(await receipt(['early', 'tail', 'gone'])).toMatchObject({ outcome: 'coalesced', into: 'tail' });
  expect(await receipt(['late'])).toMatchObject({ outcome: 'enqueued' });
});

test('an operation without an entity joins nothing', async () => {
  const independent = defineOperation<number>('n', { coalesce: 'replace' });
  const { queue } = await openQueue([independent]);
  await queue.enqueue(independent, 1);
  expect(await queue.enqueue(independent, 2)).toMatchObject({ outcome: 'enqueued' });
});

test('repeating an enqueue is safe after others joined, and after it joined another', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(volume, { level: 1 }, { id: 'a' });
  await queue.enqueue(volume, { level: 2 }, { id: 'b' });
  expect(await queue.enqueue(volume, { level: 1 }, { id: 'a' })).toEqual({ id: 'a', outcome: 'duplicate' });
  expect(await queue.enqueue(volume, { level: 2 }, { id: 'b' })).toEqual({
    id: 'b',
    outcome: 'duplicate',
    into: 'a',
  });
  expect(await queue.get('a')).toMatchObject({ payload: { level: 2 } });
});

test('keeps the place, the age and what the person saw first, and loses no urgency', async () => {
  const { queue, clock } = await openQueue(all);
  await queue.enqueue(
    volume,
    { level: 1 },
    { id: 'a', priority: 80, base: { level: 0 }, baseVersion: 'v1', dependsOn: ['gone'] },
  );
  const before = await queue.get('a');
  await clock.advance(1000);
  const later = { priority: 20, base: { level: 1 }, baseVersion: 'v2', expiresAt: clock.now() + 5000 };
  await queue.enqueue(volume, { level: 2 }, later);
  const after = await queue.get('a');
  expect(after).toMatchObject({
    payload: { level: 2 },
    sequence: before!.sequence,
    createdAt: before!.createdAt,
    priority: 80,
    rank: 80,
    base: { level: 0 },
    baseVersion: 'v1',
    expiresAt: clock.now() + 5000,
    dependsOn: ['gone'],
    state: 'waiting',
  });
  expect(after!.timestamp > before!.timestamp).toBe(true);
  await queue.enqueue(volume, { level: 3 }, { priority: 99 });
  expect(await queue.get('a')).toMatchObject({ priority: 99, rank: 99 });
});

test('a change that may go now brings a scheduled one forward, and a scheduled one puts it off', async () => {
  const { queue, clock } = await openQueue(all);
  const at = clock.now() + 60_000;
  await queue.enqueue(volume, { level: 1 }, { id: 'a', scheduledAt: at });
  await clock.advance(10);
  await queue.enqueue(volume, { level: 2 });
  expect(await queue.get('a')).toMatchObject({ state: 'waiting', payload: { level: 2 } });
  await queue.enqueue(volume, { level: 3 }, { scheduledAt: at });
  expect(await queue.get('a')).toMatchObject({ state: 'scheduled', dueAt: at });
});

test.each<[string, (waiting: unknown, incoming: unknown) => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('boom');
    },
    'OPERATION_INVALID',
  ],
  ['gives what is no JSON', () => NaN, 'PAYLOAD_NOT_JSON'],
  ['gives more than the queue takes', () => 'x'.repeat(100), 'PAYLOAD_TOO_LARGE'],
])('a merge that %s leaves both apart and is reported', async (_, merge, expected) => {
  const bad = defineOperation('bad', { entity, coalesce: { merge } });
  const { queue, events, transport } = await openQueue([bad], { maxPayloadBytes: 50 });
  await queue.enqueue(bad, 1);
  expect(await queue.enqueue(bad, 2)).toMatchObject({ outcome: 'enqueued' });
  expect(events).toMatchObject([
    { type: 'enqueued' },
    { type: 'failed', failure: { code: expected } },
    { type: 'enqueued' },
  ]);
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([1, 2]);
});

test('joins nothing of another version of its kind', async () => {
  const { queue, storage } = await openQueue(all);
  const newer = newOperation('a', { kind: 'volume', entity: 'e', version: 2, payload: '{"level":1}' });
  await storage.enqueue([[newer]]);
  expect(await queue.enqueue(volume, { level: 2 })).toMatchObject({ outcome: 'enqueued' });
});

test('a batch that is refused takes back what it joined and cancelled', async () => {
  const { queue } = await openQueue(all, { maxPending: 3 });
  await queue.enqueue(create, 1, { id: 'a' });
  await queue.enqueue(volume, { level: 1 }, { id: 'b', entity: 'v' });
  const item = (operation: typeof volume | typeof remove, options: EnqueueOptions) => ({
    operation,
    payload: operation === volume ? { level: 2 } : 1,
    ...options,
  });
  const batch = [
    item(remove, {}),
    item(volume, { entity: 'v' }),
    item(volume, { entity: 'w' }),
    item(volume, { entity: 'x' }),
    item(volume, { entity: 'y' }),
  ];
  const before = (await queue.list()).items;
  await expect(queue.enqueueAll(batch)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  const after = (await queue.list()).items;
  expect(after).toMatchObject(
    before.map(({ id, sequence, state, payloadJson }) => ({ id, sequence, state, payloadJson })),
  );
  expect(after).toHaveLength(2);
  expect((await queue.stats()).byState).toMatchObject({ waiting: 2, blocked: 0 });
});

test('a thousand changes before the network is back are one request', async () => {
  const { queue, transport, events } = await openQueue(all);
  for (let level = 0; level < 1000; level++) await queue.enqueue(volume, { level });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ level: 999 }]);
  expect(typesOf(events).filter((type) => type === 'coalesced')).toHaveLength(999);
});
