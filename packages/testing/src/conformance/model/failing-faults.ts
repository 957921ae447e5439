import type { FailingStorage } from '../../storage/failing-storage.js';
import type { QueueStorageFaults } from '../queue-storage/queue-storage-harness.js';

/** The faults of a `FailingStorage`, as the conformance suite asks for them. */
export function faultsOf({ faults }: FailingStorage): QueueStorageFaults {
  return {
    failNextWrite: () => faults.failNextWrite('failed'),
    tearNextWrite: () => faults.failNextWrite('torn'),
    fillDisk: () => faults.fillDisk(),
    holdWrites: () => faults.holdWrites(),
    loseHandle: () => faults.loseHandle(),
  };
}
