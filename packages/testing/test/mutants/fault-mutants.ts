import { SyncError } from '@cpc/sync-core';
import { around, type Mutant, taken } from './mutant.js';

/** What goes wrong only when the disk does. */
export const faultMutants: readonly Mutant[] = [
  around('a commit that fails goes unsaid', (disk) => ({
    enqueue: (batches, rules) => disk.enqueue(batches, rules).catch(() => taken(batches)),
    claim: (request) =>
      disk
        .claim(request)
        .catch(() => ({ token: 0, leaseUntil: request.now + request.leaseMs, operations: [] })),
    settle: (token, settlements) =>
      disk.settle(token, settlements).catch(() => settlements.map(() => 'settled')),
  })),
  around('half of a batch stays when its commit fails', (disk, direct) => ({
    enqueue: (batches, rules) =>
      disk.enqueue(batches, rules).catch(async (error: unknown) => {
        await direct.enqueue(
          batches.map((batch) => batch.slice(0, 1)),
          rules,
        );
        throw error;
      }),
  })),
  around('a full disk is a failure like any other', (disk) => ({
    enqueue: (...args) =>
      disk.enqueue(...args).catch(() => {
        throw new SyncError('STORAGE_FAILED', 'The enqueue failed.');
      }),
  })),
];
