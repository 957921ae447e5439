import { expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import { holderOf, isLost } from './held.js';

const NOW = 10_000;
const failure = { code: 'REJECTED', message: 'no' };

/** A storage in which `bad` is a dead letter, and each other waits for what is named. */
async function storageWith(...waiting: readonly (readonly [id: string, ...dependsOn: string[]])[]) {
  const storage = new MemoryQueueStorage();
  await storage.open();
  await storage.enqueue([[newOperation('bad')]]);
  const { token } = await storage.claim({ now: NOW, limit: 1, leaseMs: 1000 });
  await storage.settle(token, [{ id: 'bad', kind: 'hold', state: 'deadLetter', failure, counts: true }]);
  await storage.enqueue([waiting.map(([id, ...dependsOn]) => newOperation(id, { dependsOn }))]);
  return storage;
}

test('who goes no further holds what waits for it, over others and over several ways', async () => {
  const storage = await storageWith(['a', 'bad'], ['b', 'a'], ['c', 'b', 'a']);
  expect((await holderOf(storage, 'c', isLost))?.id).toBe('bad');
});

test('what waits for others that go on, or for nothing, is held by nobody', async () => {
  const storage = await storageWith(['first'], ['a', 'first'], ['b', 'a', 'first'], ['c', 'b', 'a']);
  expect(await holderOf(storage, 'c', isLost)).toBeUndefined();
  expect(await holderOf(storage, 'first', isLost)).toBeUndefined();
});

test('an operation that leaves between two looks holds nobody', async () => {
  const storage = await storageWith(['a', 'bad'], ['b', 'a']);
  const forgetful = Object.assign(Object.create(storage) as MemoryQueueStorage, {
    blockersOf: (id: string) => storage.blockersOf(id),
    get: (id: string) => (id === 'a' ? Promise.resolve(undefined) : storage.get(id)),
  });
  expect(await holderOf(forgetful, 'b', isLost)).toBeUndefined();
});
