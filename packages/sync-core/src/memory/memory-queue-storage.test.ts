import { expect, test } from '@jest/globals';
import type { NewOperation } from '../operation/operation-record.js';
import { MemoryQueueStorage } from './memory-queue-storage.js';

const operation = (id: string, more: Partial<NewOperation> = {}): NewOperation => ({
  id,
  kind: 'note.write',
  payload: '{}',
  priority: 50,
  rank: 50,
  version: 1,
  dependsOn: [],
  references: [],
  coalesces: false,
  createdAt: 1000,
  scheduledAt: 1000,
  timestamp: '',
  conflictRounds: 0,
  ...more,
});

test('a claim takes the highest rank first, and a head inherits from behind it', async () => {
  const storage = new MemoryQueueStorage();
  await storage.open();
  await storage.enqueue([
    [operation('a1', { entity: 'a', rank: 25 })],
    [operation('b', { rank: 60 })],
    [operation('a2', { entity: 'a', rank: 100 })],
    [operation('c', { rank: 75 })],
  ]);
  const claim = await storage.claim({ now: 2000, limit: 9, leaseMs: 1000 });
  expect(claim.operations.map(({ id }) => id)).toEqual(['a1', 'c', 'b']);
  await storage.settle(claim.token, [{ id: 'a1', kind: 'remove' }]);
  const next = await storage.claim({ now: 2000, limit: 9, leaseMs: 1000 });
  expect(next.operations.map(({ id }) => id)).toEqual(['a2']);
});
