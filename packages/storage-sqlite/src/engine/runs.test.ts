import { expect, test } from '@jest/globals';
import { runsOf } from './runs.js';

test('numbers that follow each other are one run', () => {
  expect(runsOf([3, 4, 5, 9, 7, 8])).toEqual([
    [3, 5],
    [9, 9],
    [7, 8],
  ]);
  expect(runsOf([])).toEqual([]);
});

test('what comes back to a number begins a run of its own', () => {
  expect(runsOf([2, 1, 2])).toEqual([
    [2, 2],
    [1, 2],
  ]);
});
