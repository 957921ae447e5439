import { describe, expect, test } from '@jest/globals';
import { simulate } from '../src/simulation.js';
import { type PlantedBug, plantedBugs } from './planted-bugs.js';

/** The first seed whose history breaks a promise with the bug, and not without it. */
async function firstSeedThatCatches({ name: _, breaks, ...parts }: PlantedBug): Promise<number | undefined> {
  for (let seed = 1; seed <= 1_000; seed++) {
    const { violation } = await simulate({ ...parts, seed });
    if (violation === undefined || !breaks.includes(violation.invariant)) continue;
    if ((await simulate({ seed })).violation === undefined) return seed;
  }
  return undefined;
}

describe('a planted bug is caught within a thousand seeds', () => {
  test('there are at least twenty', () => {
    expect(plantedBugs.length).toBeGreaterThanOrEqual(20);
  });

  test.each(plantedBugs)(
    '$name',
    async (bug) => {
      expect(await firstSeedThatCatches(bug)).toBeDefined();
    },
    120_000,
  );
});
