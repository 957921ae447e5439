import type { ConformanceCase } from './conformance-case.js';
import { modelCase } from './random-commands/model-case.js';
import { assignmentCases } from './queue-storage/assignment-cases.js';
import { changeCases } from './queue-storage/change-cases.js';
import { codecCases } from './queue-storage/codec-cases.js';
import { claimCases } from './queue-storage/claim-cases.js';
import { coalesceCases } from './queue-storage/coalesce-cases.js';
import { deepCases } from './queue-storage/deep-cases.js';
import { dependencyCases } from './queue-storage/dependency-cases.js';
import { endedCases } from './queue-storage/ended-cases.js';
import { enqueueCases } from './queue-storage/enqueue-cases.js';
import { faultCases } from './queue-storage/fault-cases.js';
import { heldCases } from './queue-storage/held-cases.js';
import { leaseCases } from './queue-storage/lease-cases.js';
import { lifecycleCases } from './queue-storage/lifecycle-cases.js';
import type { QueueStorageHarness } from './queue-storage/queue-storage-harness.js';
import { knownKindCases } from './queue-storage/known-kind-cases.js';
import { ownCases } from './queue-storage/own-cases.js';
import { outcomeCases } from './queue-storage/outcome-cases.js';
import { pastCases } from './queue-storage/past-cases.js';
import { peopleCases } from './queue-storage/people-cases.js';
import { readCases } from './queue-storage/read-cases.js';
import { settleCases } from './queue-storage/settle-cases.js';
import { sharingCases } from './queue-storage/sharing-cases.js';
import { signInCases } from './queue-storage/sign-in-cases.js';
import { slowCases } from './queue-storage/slow-cases.js';
import type { StorageCase } from './queue-storage/storage-case.js';
import { timeCases } from './queue-storage/time-cases.js';
import { versionCases } from './queue-storage/version-cases.js';

const CASES: readonly StorageCase[] = [
  ...enqueueCases,
  ...claimCases,
  ...knownKindCases,
  ...dependencyCases,
  ...leaseCases,
  ...settleCases,
  ...coalesceCases,
  ...pastCases,
  ...outcomeCases,
  ...heldCases,
  ...endedCases,
  ...assignmentCases,
  ...versionCases,
  ...timeCases,
  ...readCases,
  ...ownCases,
  ...changeCases,
  ...signInCases,
  ...peopleCases,
  ...lifecycleCases,
  ...codecCases,
  ...faultCases,
  ...slowCases,
  ...sharingCases,
];

export interface QueueStorageCasesOptions {
  /** How many seeded sequences of random commands are compared with the reference model. @defaultValue 12 */
  readonly randomRuns?: number;
  /** How many commands each of them has. @defaultValue 150 */
  readonly stepsPerRun?: number;
  /** How many operations the long chains and the wide fans have. @defaultValue 5,000 */
  readonly depth?: number;
}

/**
 * The contract of the `QueueStorage` port as executable cases, for any runner and for a browser's page:
 *
 * ```ts
 * for (const { name, run } of queueStorageCases(makeHarness)) test(name, run);
 * ```
 *
 * Each case makes a harness of its own and disposes of it. What a storage does not do, it declares in its
 * `supports`; the cases read that and nothing else.
 */
export function queueStorageCases(
  makeHarness: () => QueueStorageHarness | Promise<QueueStorageHarness>,
  options: QueueStorageCasesOptions = {},
): readonly ConformanceCase[] {
  const { randomRuns = 12, stepsPerRun = 150, depth = 5_000 } = options;
  const randomised = Array.from({ length: randomRuns }, (_, seed) => modelCase(seed + 1, stepsPerRun));
  return [...CASES, ...deepCases(depth), ...randomised].map(({ name, body }) => ({
    name,
    run: async () => {
      const harness = await makeHarness();
      try {
        await harness.storage.open();
        await body({ storage: harness.storage, harness });
      } finally {
        await harness.dispose();
      }
    },
  }));
}
