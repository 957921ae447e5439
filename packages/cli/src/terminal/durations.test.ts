import { expect, test } from '@jest/globals';
import { amount, count, duration, moment } from './durations.js';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
  [-61_000, '-1 min 1 s'],
  [Infinity, 'unknown'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a moment that no calendar holds is given as it is', () => {
  expect(moment(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(moment(9e15)).toBe('9000000000000000');
});

test('thousands stand apart', () => {
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
});

test('one is one thing, and everything else many', () => {
  expect([0, 1, 1200].map((value) => amount(value, 'lease'))).toEqual([
    '0 leases',
    '1 lease',
    '1,200 leases',
  ]);
});
