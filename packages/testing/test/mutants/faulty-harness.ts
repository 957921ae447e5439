import { modelHarness } from '../../src/conformance/model/model-harness.js';
import { FailingStorage } from '../../src/storage/failing-storage.js';
import type { QueueStorageHarness } from '../../src/index.js';
import { delegateTo, type Mutant } from './mutant.js';

/** A mutant on a disk that fails where a case asks for it, so that the cases of faults judge it as well. */
export function faultyHarness({ make, around = (disk) => disk }: Mutant): QueueStorageHarness {
  const harness = modelHarness(make);
  const failing = new FailingStorage(harness.storage);
  let endFault: (() => void) | undefined;
  const once = <T>(call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      endFault?.();
      throw error;
    });
  const disk = {
    ...delegateTo(failing),
    enqueue: (...args: Parameters<FailingStorage['enqueue']>) => once(failing.enqueue(...args)),
    claim: (...args: Parameters<FailingStorage['claim']>) => once(failing.claim(...args)),
    settle: (...args: Parameters<FailingStorage['settle']>) => once(failing.settle(...args)),
  };
  return {
    ...harness,
    storage: around(disk),
    faults: {
      failNextWrite: () => {
        endFault = failing.faults.fillDisk();
      },
      fillDisk: () => failing.faults.fillDisk(),
      loseHandle: () => failing.faults.loseHandle(),
    },
  };
}
