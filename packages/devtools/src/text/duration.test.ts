import { expect, test } from '@jest/globals';
import { durationText } from './duration.js';

test.each([
  [-5, '0 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1590, '1.5 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_200_000, '2 h'],
  [864_000_000, '10 d'],
])('%i ms reads %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
