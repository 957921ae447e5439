import { describe, expect, test } from '@jest/globals';
import { modelHarness } from '../src/conformance/model/model-harness.js';
import { ModelQueueStorage } from '../src/conformance/model/model-queue-storage.js';
import { queueStorageCases } from '../src/index.js';
import { claimMutants } from './mutants/claim-mutants.js';
import { codecMutants } from './mutants/codec-mutants.js';
import { endedMutants } from './mutants/ended-mutants.js';
import { enqueueMutants } from './mutants/enqueue-mutants.js';
import { faultMutants } from './mutants/fault-mutants.js';
import { faultyHarness } from './mutants/faulty-harness.js';
import { heldMutants } from './mutants/held-mutants.js';
import type { Mutant } from './mutants/mutant.js';
import { otherMutants } from './mutants/other-mutants.js';
import { outcomeMutants } from './mutants/outcome-mutants.js';
import { pastMutants } from './mutants/past-mutants.js';
import { settleMutants } from './mutants/settle-mutants.js';
import { signInMutants } from './mutants/sign-in-mutants.js';
import { slowMutants } from './mutants/slow-mutants.js';

const mutants: readonly Mutant[] = [
  ...enqueueMutants,
  ...claimMutants,
  ...settleMutants,
  ...pastMutants,
  ...outcomeMutants,
  ...heldMutants,
  ...endedMutants,
  ...otherMutants,
  ...signInMutants,
  ...codecMutants,
  ...faultMutants,
  ...slowMutants,
];

const settings = { randomRuns: 0, depth: 20 };
/** By case: how long it took on a storage that is sound. */
const costs = new Map<string, number>();
/** By case: a mutant that made it go red. */
const killers = new Map<string, string>();

/**
 * The names of cases that go red on the mutant. Once one has, only cases are tried that no mutant made go red so far:
 * what is asked is whether each mutant is noticed and each case can notice something, not by which and how often.
 */
async function redCases(broken: Mutant): Promise<readonly string[]> {
  const red: string[] = [];
  // The cheap ones first, since a few with thousands of operations take longer than all others.
  const cases = queueStorageCases(() => faultyHarness(broken), settings).toSorted(
    (a, b) => (costs.get(a.name) ?? 0) - (costs.get(b.name) ?? 0),
  );
  for (const { name, run } of cases) {
    if (red.length > 0 && killers.has(name)) continue;
    const startedAt = performance.now();
    try {
      await run();
      if (broken === sound) costs.set(name, performance.now() - startedAt);
    } catch {
      red.push(name);
    }
  }
  return red;
}

const sound: Mutant = { name: 'none', make: (data) => new ModelQueueStorage(data) };

test('the disk that the mutants stand on makes no case go red by itself', async () => {
  expect(await redCases(sound)).toEqual([]);
});

describe('every broken storage makes a case go red', () => {
  test.each(mutants)('$name', async (broken) => {
    const red = await redCases(broken);
    for (const name of red) killers.set(name, broken.name);
    expect(red).not.toEqual([]);
  });
});

describe('every case goes red on a broken storage', () => {
  const cases = queueStorageCases(() => modelHarness(), settings);
  test.each(cases)('$name', ({ name }) => {
    expect(killers.get(name)).toBeDefined();
  });
});
