import { expect, test } from '@jest/globals';
import { SeededRandom } from './seeded-random.js';

const take = (seed: number, count: number): readonly number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test('the same seed gives the same numbers, on every platform and for ever', () => {
  expect(take(42, 3)).toEqual(take(42, 3));
  const random = new SeededRandom(42);
  // As sfc32 gives them, written down once in another language.
  expect([random.below(1_000_000), random.below(1_000_000), random.below(1_000_000)]).toEqual([
    672317, 533901, 632483,
  ]);
});

test('other seeds give other numbers, also those that differ above 32 bits', () => {
  expect(take(1, 4)).not.toEqual(take(2, 4));
  expect(take(1, 4)).not.toEqual(take(1 + 2 ** 32, 4));
});

test('numbers lie in [0, 1) and are spread evenly', () => {
  const numbers = take(7, 20_000);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const counts = new Array<number>(10).fill(0);
  for (const number of numbers) counts[Math.floor(number * 10)]!++;
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('fills bytes with all values', () => {
  const bytes = new Uint8Array(10_000);
  new SeededRandom(1).fill(bytes);
  expect(new Set(bytes).size).toBe(256);
});

test('gives integers below a bound, chances, and picks', () => {
  const random = new SeededRandom(3);
  const drawn = new Set(Array.from({ length: 200 }, () => random.below(5)));
  expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4]);
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(Math.abs(hits - 2500)).toBeLessThan(250);
  expect(['a', 'b']).toContain(random.pick(['a', 'b']));
});

test('refuses to pick from nothing', () => {
  expect(() => new SeededRandom(1).pick([])).toThrow(RangeError);
});
