import { test } from '@jest/globals';
import { MemoryQueueStorage } from '@cpc/sync-core';
import { queueStorageCases } from './queue-storage-cases.js';

function makeHarness() {
  const storage = new MemoryQueueStorage();
  return {
    storage,
    reopen: () => Promise.reject(new Error('a queue in memory cannot be opened again')),
    dispose: () => storage.close(),
  };
}

for (const { name, run } of queueStorageCases(makeHarness)) test(name, run);
