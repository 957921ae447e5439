import { describe, test } from '@jest/globals';
import { FailingStorage } from '../../storage/failing-storage.js';
import { queueStorageCases } from '../queue-storage-cases.js';
import type { QueueStorageHarness } from '../queue-storage/queue-storage-harness.js';
import { faultsOf } from './failing-faults.js';
import { modelHarness } from './model-harness.js';

for (const { name, run } of queueStorageCases(() => modelHarness(), { depth: 50 })) test(name, run);

describe('behind faults', () => {
  for (const { name, run } of queueStorageCases(faultyHarness, { randomRuns: 0, depth: 20 })) test(name, run);
});

function faultyHarness(): QueueStorageHarness {
  const harness = modelHarness();
  const storage = new FailingStorage(harness.storage);
  return { ...harness, storage, faults: faultsOf(storage) };
}
