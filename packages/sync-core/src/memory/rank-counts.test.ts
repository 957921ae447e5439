import { expect, test } from '@jest/globals';
import { SeededRandom } from '../deterministic/seeded-random.js';
import { RankCounts } from './rank-counts.js';

test('the highest rank is that of all which were added and not removed', () => {
  const random = new SeededRandom(7);
  const counts = new RankCounts();
  const ranks: number[] = [];
  for (let step = 0; step < 5000; step++) {
    const before =
      ranks.length > 0 && random.chance(0.5)
        ? (ranks.splice(random.below(ranks.length), 1)[0] as number)
        : -Infinity;
    const after = random.chance(0.55) ? random.below(9) - 4 : -Infinity;
    if (after > -Infinity) ranks.push(after);
    counts.exchange(before, after);
    expect(counts.highest).toBe(Math.max(...ranks));
  }
});
