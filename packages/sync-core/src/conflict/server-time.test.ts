import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { ServerTime } from './server-time.js';

const NOW = 1_700_000_000_000;

function heardBy(clock = new ManualClock({ now: NOW })) {
  const corrections: number[] = [];
  const time = new ServerTime(clock, { correct: (offsetMs) => corrections.push(offsetMs) });
  return { clock, time, corrections };
}

test('corrects by the difference of the clocks, once for as long as it stays', () => {
  const { time, corrections } = heardBy();
  time.heard(NOW - 3_600_000);
  time.heard(NOW - 3_600_000);
  expect(corrections).toEqual([-3_600_000]);
});

test('tells the time by the server’s clock, as far as it is known', () => {
  const { clock, time } = heardBy();
  expect(time.now()).toBe(NOW);
  time.heard(NOW + 3_600_000);
  clock.jump(1_000);
  expect(time.now()).toBe(NOW + 3_601_000);
});

test('takes what the way of an answer explains for no difference', () => {
  const { time, corrections } = heardBy();
  for (const late of [0, 500, 5_000]) time.heard(NOW - late);
  expect(corrections).toEqual([]);
});

test('believes the answer that was quickest', () => {
  const { time, corrections } = heardBy();
  for (const late of [20_000, 1_000, 30_000]) time.heard(NOW + 3_600_000 - late);
  expect(corrections).toEqual([3_580_000, 3_599_000]);
});

test('begins anew when a clock was set', () => {
  const { clock, time, corrections } = heardBy();
  time.heard(NOW + 3_600_000);
  clock.jump(3_600_000);
  time.heard(NOW + 3_600_000);
  expect(corrections).toEqual([3_600_000, 0]);
});

test('a slow answer of long ago is forgotten', () => {
  const { time, corrections } = heardBy();
  time.heard(NOW + 30_000);
  for (let answers = 0; answers < 8; answers++) time.heard(NOW + 20_000);
  expect(corrections).toEqual([30_000, 20_000]);
});

test('takes no notice of what is no time', () => {
  const { time, corrections } = heardBy();
  for (const nonsense of [NaN, Infinity]) time.heard(nonsense);
  expect(corrections).toEqual([]);
});
