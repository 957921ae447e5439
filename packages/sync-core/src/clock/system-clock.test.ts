import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from './system-clock.js';
import { systemRandom } from './system-random.js';

const DAY = 86_400_000;

beforeEach(() => void jest.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void jest.useRealTimers());

test('tells the time of day, and a time that only grows', () => {
  expect(systemClock.now()).toBe(1_700_000_000_000);
  const before = systemClock.monotonicMs();
  jest.advanceTimersByTime(5);
  expect(systemClock.monotonicMs()).toBe(before + 5);
});

test('calls back once, after the delay', () => {
  const callback = jest.fn();
  systemClock.setTimer(callback, 100);
  jest.advanceTimersByTime(99);
  expect(callback).not.toHaveBeenCalled();
  jest.advanceTimersByTime(10_000);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('never calls back early, though platforms cut fractions off', () => {
  jest.advanceTimersByTime(0.4);
  const callback = jest.fn();
  const due = systemClock.monotonicMs() + 10.5;
  systemClock.setTimer(() => callback(systemClock.monotonicMs() >= due), 10.5);
  jest.advanceTimersByTime(20);
  expect(callback).toHaveBeenCalledWith(true);
});

test('keeps a delay of 60 days, which is more than a timer of the platform can', () => {
  const callback = jest.fn();
  systemClock.setTimer(callback, 60 * DAY);
  jest.advanceTimersByTime(60 * DAY - 1);
  expect(callback).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('a long timer can be cleared in its first and in its later stages', () => {
  const callback = jest.fn();
  const first = systemClock.setTimer(callback, 60 * DAY);
  const later = systemClock.setTimer(callback, 60 * DAY);
  systemClock.clearTimer(first);
  jest.advanceTimersByTime(50 * DAY);
  systemClock.clearTimer(later);
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(50 * DAY);
  expect(callback).not.toHaveBeenCalled();
});

test('a delay in the past calls back soon, but never within the call', () => {
  const callback = jest.fn();
  systemClock.setTimer(callback, -5);
  expect(callback).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('random numbers lie in [0, 1), and bytes are filled', () => {
  const numbers = Array.from({ length: 100 }, () => systemRandom.next());
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(numbers).size).toBeGreaterThan(90);
  const bytes = new Uint8Array(64);
  systemRandom.fill(bytes);
  expect(new Set(bytes).size).toBeGreaterThan(20);
});
