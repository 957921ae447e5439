import { expect, test } from '@jest/globals';
import { bundleSize, ENTRIES } from './bundle-size.mjs';

/**
 * Budgets in bytes: what the core weighs today, and three hundred more, so that growth is a decision. The
 * goals are 12,000 and 7,000; `npm run bench:engine` reports how far off they are.
 */
test.each([
  ['everything', 39_300],
  ['minimal', 27_600],
])('the core stays within its budget: %s', async (entry, budget) => {
  expect(await bundleSize(ENTRIES[entry])).toBeLessThanOrEqual(budget);
});
