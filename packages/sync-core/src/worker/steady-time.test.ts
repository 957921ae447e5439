import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { SteadyTime } from './steady-time.js';

test('a moment is past when both clocks have reached it', async () => {
  const clock = new ManualClock({ now: 10_000 });
  const time = new SteadyTime(clock);
  expect(time.isPast(10_000)).toBe(true);
  expect(time.isPast(10_001)).toBe(false);
  await clock.advance(1);
  expect(time.isPast(10_001)).toBe(true);
});

test('a wall clock that jumped ahead makes nothing past, and one that was set back neither', async () => {
  const clock = new ManualClock({ now: 10_000 });
  const time = new SteadyTime(clock);
  clock.jump(1_000_000);
  expect(time.isPast(20_000)).toBe(false);
  clock.jump(-1_500_000);
  await clock.advance(20_000);
  expect(time.isPast(20_000)).toBe(false);
});

test('a jump back is counted once; a small correction and a jump ahead are not', async () => {
  const clock = new ManualClock();
  const time = new SteadyTime(clock);
  await clock.advance(5000);
  expect(time.setBacks()).toBe(0);
  clock.jump(-1000);
  expect(time.setBacks()).toBe(0);
  clock.jump(3_600_000);
  expect(time.setBacks()).toBe(0);
  clock.jump(-1001);
  expect(time.setBacks()).toBe(1);
  expect(time.setBacks()).toBe(1);
});

test('a jump ahead is not believed before leases were moved by it; a small one is', async () => {
  const clock = new ManualClock({ now: 10_000 });
  const time = new SteadyTime(clock);
  clock.jump(900);
  expect([time.aheadMs(), time.now()]).toEqual([0, 10_900]);
  clock.jump(1001);
  expect([time.aheadMs(), time.now()]).toEqual([1001, 11_900]);
  await clock.advance(50);
  expect([time.aheadMs(), time.now()]).toEqual([1001, 11_950]);
  time.movedBy(1001);
  expect([time.aheadMs(), time.now()]).toEqual([0, 11_951]);
});

test('a clock that was set back is believed at once, and what it is set forward from there is a jump', () => {
  const clock = new ManualClock({ now: 100_000 });
  const time = new SteadyTime(clock);
  clock.jump(-50_000);
  expect([time.aheadMs(), time.now()]).toEqual([0, 50_000]);
  clock.jump(50_000);
  expect([time.aheadMs(), time.now()]).toEqual([50_000, 51_000]);
});
