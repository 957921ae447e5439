import { expect, jest } from '@jest/globals';
import fc from 'fast-check';

/** How many random cases each law is held to, in every run of the tests. Together at least 10,000. */
export const RUNS = {
  exactPayloads: 3000,
  refusedPayloads: 1000,
  orderPriorityInheritance: 1000,
  strictAndAgeingRank: 1000,
  coalescing: 500,
  idempotentEnqueue: 500,
  fieldMerge: 1500,
  hybridClock: 1000,
  backoff: 1500,
  ids: 300,
} as const;

export const MINIMUM_RUNS = 10_000;

// Thousands of cases take their time on a busy machine.
jest.setTimeout(180_000);

/** Holds a law to its number of cases. A failure names the smallest case found and the seed that replays it. */
export async function holds<T>(
  law: keyof typeof RUNS,
  property: fc.IAsyncProperty<T> | fc.IProperty<T>,
): Promise<void> {
  const details = await fc.check(property, { numRuns: RUNS[law] });
  if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  expect(details.numRuns).toBe(RUNS[law]);
}
