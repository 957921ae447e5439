import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { openQueue, REJECTED, RETRY, typesOf } from '../../test/fixtures.js';
import { defer } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import { SyncQueue } from './sync-queue.js';
import { processQueue } from '../worker/process-queue.js';

const write = defineOperation('write', {
  schema: z.object({ text: z.string().trim() }),
  entity: () => 'e',
  conflict: defer,
});
const plain = defineOperation<number>('plain');
const all = [write, plain];

const notAvailable = expect.objectContaining({ code: 'OPERATION_NOT_AVAILABLE' });
const conflict: DeliveryOutcome = {
  kind: 'conflict',
  remote: { value: { text: 'theirs' }, version: 'v2' },
};

/** A queue with a dead letter `a` and its follower `b`. */
async function withDeadLetter() {
  const opened = await openQueue(all);
  await opened.queue.enqueue(write, { text: 'a' }, { id: 'a' });
  await opened.queue.enqueue(write, { text: 'b' }, { id: 'b' });
  opened.transport.answer(REJECTED);
  await processQueue(opened.queue, opened.transport);
  opened.events.length = 0;
  return opened;
}

test('a dead letter keeps its reason and its attempts, and holds its followers', async () => {
  const { queue, transport } = await withDeadLetter();
  expect(await queue.get('a')).toMatchObject({
    state: 'deadLetter',
    failure: { code: 'NO' },
    history: [{ outcome: 'rejected', code: 'NO' }],
  });
  expect(await queue.get('b')).toMatchObject({ state: 'blocked' });
  expect(transport.sent).toHaveLength(1);
});

test('retry lets a dead letter go again, and its followers after it', async () => {
  const { queue, transport, events } = await withDeadLetter();
  await queue.retry('a');
  expect(await queue.get('a')).toMatchObject({ state: 'waiting', attempts: 0, failure: undefined });
  expect((await queue.get('a'))!.history).toHaveLength(1);
  expect(events).toEqual([{ type: 'requeued', id: 'a', kind: 'write', entity: 'e' }]);
  await processQueue(queue, transport);
  expect(transport.sent.map(({ id }) => id)).toEqual(['a', 'a', 'b']);
});

test('retry ends the wait of a scheduled operation, and keeps its attempts', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue(plain, 0, { id: 'taken' });
  await queue.enqueue(plain, 1, { id: 'p' });
  transport.answer({ kind: 'acknowledged' }, RETRY);
  await processQueue(queue, transport, { concurrency: 1 });
  expect(await queue.get('p')).toMatchObject({ state: 'scheduled', attempts: 1 });
  await queue.retry('p');
  expect(await queue.get('p')).toMatchObject({ state: 'waiting', attempts: 1 });
});

test('retry works without anybody listening', async () => {
  const { queue, storage, transport, clock } = await withDeadLetter();
  const silent = new SyncQueue({ storage, clock }, { operations: all });
  await silent.retry('a');
  await processQueue(queue, transport);
  expect(transport.sent.map(({ id }) => id)).toEqual(['a', 'a', 'b']);
});

test.each(['nothing', 'b'])('retry refuses what waits for nothing of its own: %s', async (id) => {
  const { queue } = await withDeadLetter();
  await expect(queue.retry(id)).rejects.toEqual(notAvailable);
});

test('retryAll lets all dead letters go again, page by page, or those of a kind or an entity', async () => {
  const { queue, transport } = await openQueue(all);
  const count = 250;
  for (let at = 0; at < count; at++) await queue.enqueue(plain, at, { id: `p${at}` });
  await queue.enqueue(write, { text: 'a' }, { id: 'w' });
  transport.answer(...Array.from({ length: count + 1 }, () => REJECTED));
  await processQueue(queue, transport);
  expect((await queue.stats()).byState.deadLetter).toBe(count + 1);
  expect(await queue.retryAll({ entity: 'none' })).toBe(0);
  expect(await queue.retryAll({ entity: 'e' })).toBe(1);
  expect(await queue.retryAll({ kind: 'plain' })).toBe(count);
  expect(await queue.retryAll()).toBe(0);
});

test('discard gives an operation up, in any state but leased, and lets its followers go', async () => {
  const { queue, transport, events } = await withDeadLetter();
  await queue.discard('a');
  expect(events).toEqual([{ type: 'discarded', id: 'a', kind: 'write', entity: 'e' }]);
  await processQueue(queue, transport);
  expect(transport.sent.map(({ id }) => id)).toEqual(['a', 'b']);
  await expect(queue.discard('a')).rejects.toEqual(notAvailable);
});

test('what is being sent can be neither discarded, nor edited, nor retried', async () => {
  const { queue, storage, clock } = await openQueue(all);
  await queue.enqueue(plain, 1, { id: 'p' });
  await storage.claim({ now: clock.now(), limit: 1, leaseMs: 1000 });
  await expect(queue.discard('p')).rejects.toEqual(notAvailable);
  await expect(queue.edit('p', 2)).rejects.toEqual(notAvailable);
  await expect(queue.retry('p')).rejects.toEqual(notAvailable);
  await expect(queue.edit('nothing', 2)).rejects.toEqual(notAvailable);
});

test('edit gives another payload and a new id, in the old place', async () => {
  const { queue, transport, events } = await withDeadLetter();
  const before = (await queue.get('a'))!;
  const id = await queue.edit('a', { text: ' better ' });
  expect(id).not.toBe('a');
  expect(events).toEqual([{ type: 'replaced', id: 'a', replacedBy: id, kind: 'write', entity: 'e' }]);
  const after = (await queue.get(id))!;
  expect(after).toMatchObject({ state: 'waiting', attempts: 0, attempted: false, sequence: before.sequence });
  expect(after.history).toHaveLength(1);
  expect(after.timestamp > before.timestamp).toBe(true);
  await processQueue(queue, transport);
  expect(transport.sent).toMatchObject([
    { payload: { text: 'a' } },
    { id, payload: { text: 'better' } },
    { id: 'b' },
  ]);
});

test('what depends on an edited operation depends on its new id', async () => {
  const { queue, transport } = await withDeadLetter();
  await queue.enqueue(plain, 1, { id: 'p', dependsOn: ['a'] });
  const id = await queue.edit('a', { text: 'better' });
  expect(await queue.get('p')).toMatchObject({ dependsOn: [id], state: 'blocked' });
  await processQueue(queue, transport);
  expect(transport.sent.map((operation) => operation.id)).toEqual(['a', id, 'b', 'p']);
});

test('an edit is held to what enqueue holds payloads to, and changes nothing where it is refused', async () => {
  const { queue, storage } = await withDeadLetter();
  await expect(queue.edit('a', { text: 5 })).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  await queue.enqueue(plain, 1, { id: 'p' });
  await expect(queue.edit('p', NaN)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
  await expect(queue.edit('p', 'x'.repeat(1_048_576))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  expect(await queue.get('a')).toMatchObject({ state: 'deadLetter', payload: { text: 'a' } });
  expect(await queue.get('p')).toMatchObject({ payload: 1 });
  await storage.replace('p', { ...(await storage.get('p'))!, kind: 'unknown' });
  await expect(queue.edit('p', 1)).rejects.toMatchObject({ code: 'OPERATION_KIND_UNKNOWN' });
});

test('an edit gives way where somebody else was faster', async () => {
  const { queue, storage } = await withDeadLetter();
  const replace = storage.replace.bind(storage);
  storage.replace = async (id, operation) => {
    await storage.discard([id]);
    return replace(id, operation);
  };
  await expect(queue.edit('a', { text: 'better' })).rejects.toEqual(notAvailable);
});

/** A queue whose operation `a` met a conflict that a person is to decide. */
async function withConflict() {
  const opened = await openQueue(all);
  await opened.queue.enqueue(write, { text: 'mine' }, { id: 'a', baseVersion: 'v1' });
  opened.transport.answer(conflict);
  await processQueue(opened.queue, opened.transport);
  expect(await opened.queue.get('a')).toMatchObject({
    state: 'parked',
    failure: { code: 'CONFLICT_DEFERRED' },
  });
  return opened;
}

test('resolve sends the local value again, against the version of the server', async () => {
  const { queue, transport } = await withConflict();
  const id = await queue.resolve('a', { kind: 'use-local' });
  expect(id).not.toBe('a');
  await processQueue(queue, transport);
  expect(transport.sent.at(-1)).toMatchObject({ id, payload: { text: 'mine' }, baseVersion: 'v2' });
});

test('resolve sends a merged value, held to what enqueue holds payloads to', async () => {
  const { queue, transport } = await withConflict();
  const merge = (value: unknown) => queue.resolve('a', { kind: 'merge', value });
  await expect(merge(NaN)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
  await expect(merge('x'.repeat(1_048_576))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  await merge({ text: 'both' });
  await processQueue(queue, transport);
  expect(transport.sent.at(-1)).toMatchObject({ payload: { text: 'both' }, baseVersion: 'v2' });
});

test('resolve for the server gives the change up', async () => {
  const { queue, events } = await withConflict();
  expect(await queue.resolve('a', { kind: 'use-remote' })).toBeUndefined();
  expect((await queue.stats()).total).toBe(0);
  expect(typesOf(events).at(-1)).toBe('discarded');
});

test('resolve refuses what waits for no decision', async () => {
  const { queue } = await withDeadLetter();
  for (const id of ['a', 'b', 'nothing']) {
    await expect(queue.resolve(id, { kind: 'use-local' })).rejects.toEqual(notAvailable);
  }
});
