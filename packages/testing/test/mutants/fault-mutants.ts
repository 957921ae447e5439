import { type QueueStorage, SyncError } from '@cpc/sync-core';
import { ModelQueueStorage } from '../../src/conformance/model/model-queue-storage.js';
import type { Mutant } from './mutant.js';

/** What goes wrong only when the disk does. */
export const faultMutants: readonly Mutant[] = [
  around('a commit that fails goes unsaid', (disk) => ({
    enqueue: (batches, rules) =>
      disk.enqueue(batches, rules).catch(() =>
        batches.map((batch) => ({
          ok: true,
          receipts: batch.map((_, at) => ({ kind: 'enqueued', sequence: at + 1 })),
        })),
      ),
    claim: (request) =>
      disk
        .claim(request)
        .catch(() => ({ token: 0, leaseUntil: request.now + request.leaseMs, operations: [] })),
    settle: (token, settlements) =>
      disk.settle(token, settlements).catch(() => settlements.map(() => 'settled')),
  })),
  around('a full disk is a failure like any other', (disk) => ({
    enqueue: (...args) =>
      disk.enqueue(...args).catch(() => {
        throw new SyncError('STORAGE_FAILED', 'The enqueue failed.');
      }),
  })),
];

function around(name: string, change: (disk: QueueStorage) => Partial<QueueStorage>): Mutant {
  return {
    name,
    make: (data) => new ModelQueueStorage(data),
    around: (disk) => ({ ...disk, ...change(disk) }),
  };
}
