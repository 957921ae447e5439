import { expect, test } from '@jest/globals';
import { ageingRank, strictRank } from './rank.js';

test('a strict rank is the priority, whatever the age', () => {
  expect(strictRank({ priority: 25, createdAt: 0 })).toBe(25);
  expect(strictRank({ priority: 25, createdAt: 9e12 })).toBe(25);
});

test('an ageing rank gains a point of priority for each span of waiting', () => {
  const rank = ageingRank(1000);
  const old = rank({ priority: 25, createdAt: 1_700_000_000_000 });
  expect(rank({ priority: 50, createdAt: 1_700_000_024_000 })).toBeGreaterThan(old);
  expect(rank({ priority: 50, createdAt: 1_700_000_025_000 })).toBe(old);
  expect(rank({ priority: 50, createdAt: 1_700_000_026_000 })).toBeLessThan(old);
});

test.each([0, -1, 0.5, NaN])('refuses %p as a span', (msPerPoint) => {
  expect(() => ageingRank(msPerPoint)).toThrow(RangeError);
});
