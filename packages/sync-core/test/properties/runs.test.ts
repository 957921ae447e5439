import { expect, test } from '@jest/globals';
import { MINIMUM_RUNS, RUNS } from './runs.js';

const total = Object.values(RUNS).reduce<number>((sum, runs) => sum + runs, 0);

test(`the laws are held to ${total} random cases`, () => {
  expect(total).toBeGreaterThanOrEqual(MINIMUM_RUNS);
});
