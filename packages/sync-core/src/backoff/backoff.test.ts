import { expect, test } from '@jest/globals';
import { SeededRandom } from '../deterministic.js';
import { ConstantBackoff, ExponentialBackoff, LinearBackoff } from './backoff.js';

const never = { next: (): number => 0 };
const half = { next: (): number => 0.5 };
const almostOne = { next: (): number => 1 - 2 ** -32 };

const delays = (backoff: ExponentialBackoff, random: { next(): number }): readonly number[] =>
  [1, 2, 3, 4].map((attempt) => backoff.delayMs(attempt, 0, random));

test('without jitter the delay doubles up to the maximum', () => {
  const backoff = new ExponentialBackoff({ baseMs: 100, maxMs: 500, jitter: 'none' });
  expect(delays(backoff, never)).toEqual([100, 200, 400, 500]);
});

test('grows by the given factor, or not at all', () => {
  expect(delays(new ExponentialBackoff({ baseMs: 100, factor: 3, jitter: 'none' }), never)).toEqual([
    100, 300, 900, 2700,
  ]);
  expect(delays(new ExponentialBackoff({ baseMs: 100, factor: 1, jitter: 'none' }), never)).toEqual([
    100, 100, 100, 100,
  ]);
});

test('full jitter spreads from 0 to the delay, and is the default', () => {
  const backoff = new ExponentialBackoff({ baseMs: 100 });
  expect(delays(backoff, never)).toEqual([0, 0, 0, 0]);
  expect(delays(backoff, half)).toEqual([50, 100, 200, 400]);
  expect(backoff.delayMs(1, 0, almostOne)).toBeCloseTo(100);
});

test('equal jitter spreads over the upper half', () => {
  const backoff = new ExponentialBackoff({ baseMs: 100, jitter: 'equal' });
  expect(delays(backoff, never)).toEqual([50, 100, 200, 400]);
  expect(delays(backoff, half)).toEqual([75, 150, 300, 600]);
});

test('decorrelated jitter spreads from the base to three times the previous delay', () => {
  const backoff = new ExponentialBackoff({ baseMs: 100, maxMs: 2000, jitter: 'decorrelated' });
  expect(backoff.delayMs(1, 0, half)).toBe(100);
  expect(backoff.delayMs(2, 100, never)).toBe(100);
  expect(backoff.delayMs(2, 100, half)).toBe(200);
  expect(backoff.delayMs(3, 200, almostOne)).toBeCloseTo(600);
  expect(backoff.delayMs(4, 1900, almostOne)).toBe(2000);
});

test.each(['full', 'equal', 'decorrelated', 'none'] as const)('%s jitter survives any number', (jitter) => {
  const backoff = new ExponentialBackoff({ baseMs: 1000, maxMs: 60_000, jitter });
  for (const attempt of [-1, 0, 1, 1025, Number.MAX_SAFE_INTEGER, Infinity]) {
    for (const previous of [0, 60_000, Number.MAX_VALUE, Infinity]) {
      for (const random of [never, half, almostOne]) {
        const delay = backoff.delayMs(attempt, previous, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(60_000);
      }
    }
  }
});

test('the same seed gives the same delays', () => {
  const backoff = new ExponentialBackoff();
  expect(delays(backoff, new SeededRandom(5))).toEqual(delays(backoff, new SeededRandom(5)));
});

test('linear delays grow by a step up to the maximum', () => {
  const backoff = new LinearBackoff({ stepMs: 100, maxMs: 250 });
  expect([0, 1, 2, 3, 1e300].map((attempt) => backoff.delayMs(attempt))).toEqual([100, 100, 200, 250, 250]);
  expect(new LinearBackoff({ stepMs: 100 }).delayMs(1e9)).toBe(300_000);
});

test('constant delays stay as they are', () => {
  expect(new ConstantBackoff(250).delayMs()).toBe(250);
  expect(new ConstantBackoff(0).delayMs()).toBe(0);
});

test.each([
  ['baseMs', () => new ExponentialBackoff({ baseMs: 0 })],
  ['maxMs', () => new ExponentialBackoff({ baseMs: 100, maxMs: 99 })],
  ['factor', () => new ExponentialBackoff({ factor: 0.9 })],
  ['factor', () => new ExponentialBackoff({ factor: NaN })],
  ['stepMs', () => new LinearBackoff({ stepMs: 0 })],
  ['maxMs', () => new LinearBackoff({ stepMs: 100, maxMs: 99 })],
  ['delayMs', () => new ConstantBackoff(-1)],
])('refuses a bad %s', (name, make) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(name);
});
