import { describe, expect, test } from '@jest/globals';
import { modelHarness } from '../src/conformance/model/model-harness.js';
import { ModelQueueStorage } from '../src/conformance/model/model-queue-storage.js';
import { queueStorageCases } from '../src/index.js';
import { claimMutants } from './mutants/claim-mutants.js';
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
  ...faultMutants,
  ...slowMutants,
];

/** The names of the cases that go red on the mutant. */
async function redCases(broken: Mutant): Promise<readonly string[]> {
  const red: string[] = [];
  for (const { name, run } of queueStorageCases(() => faultyHarness(broken), { randomRuns: 0, depth: 20 })) {
    try {
      await run();
    } catch {
      red.push(name);
    }
  }
  return red;
}

test('the disk that the mutants stand on makes no case go red by itself', async () => {
  const sound: Mutant = { name: 'none', make: (data) => new ModelQueueStorage(data) };
  expect(await redCases(sound)).toEqual([]);
});

const killers = new Map<string, string[]>();

describe('every broken storage makes a case go red', () => {
  test.each(mutants)('$name', async (broken) => {
    const red = await redCases(broken);
    for (const name of red) killers.set(name, [...(killers.get(name) ?? []), broken.name]);
    expect(red).not.toEqual([]);
  });
});

describe('every case goes red on a broken storage', () => {
  const cases = queueStorageCases(() => modelHarness(), { randomRuns: 0, depth: 20 });
  test.each(cases)('$name', ({ name }) => {
    expect(killers.get(name)).toBeDefined();
  });
});
