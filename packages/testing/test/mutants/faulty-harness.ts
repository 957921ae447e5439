import { faultsOf } from '../../src/conformance/model/failing-faults.js';
import { modelHarness } from '../../src/conformance/model/model-harness.js';
import { FailingStorage } from '../../src/storage/failing-storage.js';
import type { QueueStorageHarness } from '../../src/index.js';
import { delegateTo } from '../../src/storage/storage-methods.js';
import type { Mutant } from './mutant.js';

/** A mutant on a disk that fails where a case asks for it, so that the cases of faults judge it as well. */
export function faultyHarness({ make, around = (disk) => disk }: Mutant): QueueStorageHarness {
  const harness = modelHarness(make);
  const failing = new FailingStorage(harness.storage);
  return {
    ...harness,
    storage: around(delegateTo(failing), harness.storage),
    faults: faultsOf(failing),
  };
}
