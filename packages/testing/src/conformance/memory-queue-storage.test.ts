import { describe, test } from '@jest/globals';
import { MemoryQueueStorage, type QueueStorage } from '@cpc/sync-core';
import { FailingStorage } from '../storage/failing-storage.js';
import { faultsOf } from './model/failing-faults.js';
import { queueStorageCases } from './queue-storage-cases.js';
import type { QueueStorageHarness } from './queue-storage/queue-storage-harness.js';

function harnessOf<T extends QueueStorage>(storage: T): QueueStorageHarness & { readonly storage: T } {
  return {
    storage,
    reopen: () => Promise.reject(new Error('a queue in memory cannot be opened again')),
    dispose: () => storage.close(),
  };
}

for (const { name, run } of queueStorageCases(() => harnessOf(new MemoryQueueStorage()))) test(name, run);

/** Memory does not fail by itself, so its disk is played. */
function faultyHarness(): QueueStorageHarness {
  const storage = new FailingStorage(new MemoryQueueStorage());
  return { ...harnessOf(storage), faults: faultsOf(storage) };
}

describe('behind faults', () => {
  for (const { name, run } of queueStorageCases(faultyHarness, { randomRuns: 0, depth: 1000 }))
    test(name, run);
});
