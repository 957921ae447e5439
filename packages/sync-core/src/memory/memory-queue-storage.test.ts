import { expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import { MemoryQueueStorage } from './memory-queue-storage.js';

test('a claim takes the highest rank first, and a head inherits from behind it', async () => {
  const storage = new MemoryQueueStorage();
  await storage.open();
  await storage.enqueue([
    [newOperation('a1', { entity: 'a', rank: 25 })],
    [newOperation('b', { rank: 60 })],
    [newOperation('a2', { entity: 'a', rank: 100 })],
    [newOperation('c', { rank: 75 })],
  ]);
  const claim = await storage.claim({ now: 2000, limit: 9, leaseMs: 1000 });
  expect(claim.operations.map(({ id }) => id)).toEqual(['a1', 'c', 'b']);
  await storage.settle(claim.token, [{ id: 'a1', kind: 'remove' }]);
  const next = await storage.claim({ now: 2000, limit: 9, leaseMs: 1000 });
  expect(next.operations.map(({ id }) => id)).toEqual(['a2']);
});
