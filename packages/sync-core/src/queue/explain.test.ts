import { expect, test } from '@jest/globals';
import { openQueue, REJECTED, RETRY, runningWorker } from '../../test/fixtures.js';
import { defer } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';
import type { Reason } from './explanation.js';
import { processQueue } from '../worker/process-queue.js';

const write = defineOperation<number>('write', { conflict: defer, entity: () => 'e' });
const plain = defineOperation<number>('plain');
const all = [write, plain];

test('knows nothing of what is not there', async () => {
  const { queue } = await openQueue(all);
  expect(await queue.explain('nothing')).toBeUndefined();
});

test('a waiting operation waits for a worker while there is none', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  expect(await queue.explain('a')).toEqual({
    state: 'waiting',
    waitsFor: 'worker',
    message: 'No worker is running. Call start() on one.',
  });
});

test('a waiting operation goes next where any worker lets it', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const paused: Reason = { waitsFor: 'resume', message: 'The worker is paused.' };
  queue.context.workers.add(runningWorker({ explain: () => paused }));
  expect(await queue.explain('a')).toEqual({ state: 'waiting', ...paused });
  queue.context.workers.add(runningWorker({ explain: () => undefined }));
  expect(await queue.explain('a')).toEqual({ state: 'waiting', waitsFor: 'nothing', message: 'Goes next.' });
});

test('a scheduled operation waits for its time', async () => {
  const { queue, clock, transport } = await openQueue(all);
  const at = clock.now() + 60_000;
  await queue.enqueue(write, 1, { id: 'a', scheduledAt: at });
  expect(await queue.explain('a')).toEqual({
    state: 'scheduled',
    waitsFor: 'time',
    message: `Waits until ${new Date(at).toISOString()}. It was scheduled so.`,
    until: at,
  });
  await queue.enqueue(plain, 1, { id: 'p' });
  transport.answer(RETRY);
  await processQueue(queue, transport);
  expect(await queue.explain('p')).toMatchObject({
    waitsFor: 'time',
    message: expect.stringContaining('The last attempt failed: not now') as unknown,
  });
});

test('a blocked operation waits for others, and names them', async () => {
  const { queue } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  await queue.enqueue(plain, 1, { id: 'p' });
  await queue.enqueue(write, 2, { id: 'b', dependsOn: ['p', 'gone'] });
  expect(await queue.explain('b')).toEqual({
    state: 'blocked',
    waitsFor: 'operation',
    message: 'Waits for a and p to go first.',
    operations: ['a', 'p'],
  });
});

test('a leased operation waits for the answer', async () => {
  const { queue, storage, clock } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  await storage.claim({ now: clock.now(), limit: 1, leaseMs: 1000 });
  expect(await queue.explain('a')).toEqual({
    state: 'leased',
    waitsFor: 'answer',
    message: 'Is being sent.',
    until: clock.now() + 1000,
  });
});

test('a dead letter waits for a decision, and says why it failed', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  expect(await queue.explain('a')).toEqual({
    state: 'deadLetter',
    waitsFor: 'decision',
    message: 'Failed: will not',
  });
});

test('a parked operation waits for a decision, or for a newer app', async () => {
  const { queue, storage, transport } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  transport.answer({ kind: 'conflict', remote: { value: 2 } });
  await processQueue(queue, transport);
  await queue.enqueue(plain, 1, { id: 'p' });
  const { token } = await storage.claim({ now: 0, limit: 1, leaseMs: 1 });
  const failure = { code: 'OPERATION_UPCAST_FAILED', message: 'needs another app' };
  await storage.settle(token, [{ id: 'p', kind: 'hold', state: 'parked', failure, counts: false }]);
  expect(await queue.explain('a')).toMatchObject({ state: 'parked', waitsFor: 'decision' });
  expect(await queue.explain('p')).toMatchObject({
    state: 'parked',
    waitsFor: 'newerApp',
    message: 'needs another app',
  });
});

test('has words also where a storage gives no reason', async () => {
  const { queue, storage } = await openQueue(all);
  await queue.enqueue(write, 1, { id: 'a' });
  const stored = (await storage.get('a'))!;
  storage.get = () => Promise.resolve({ ...stored, state: 'parked' });
  expect(await queue.explain('a')).toMatchObject({ message: 'Is parked.' });
  storage.get = () => Promise.resolve({ ...stored, state: 'deadLetter' });
  expect(await queue.explain('a')).toMatchObject({ message: 'Failed: unknown' });
});
