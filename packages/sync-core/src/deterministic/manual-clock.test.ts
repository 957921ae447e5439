import { expect, test } from '@jest/globals';
import { ManualClock } from './manual-clock.js';

test('stands still until it is told to go on', async () => {
  const clock = new ManualClock({ now: 5000 });
  expect([clock.now(), clock.monotonicMs()]).toEqual([5000, 0]);
  await clock.advance(100);
  expect([clock.now(), clock.monotonicMs()]).toEqual([5100, 100]);
});

test('fires due timers in order of time, then of setting', async () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push('late'), 20);
  clock.setTimer(() => fired.push('early'), 10);
  clock.setTimer(() => fired.push('early too'), 10);
  clock.setTimer(() => fired.push('never'), 21);
  await clock.advance(20);
  expect(fired).toEqual(['early', 'early too', 'late']);
  expect(clock.pendingTimers).toBe(1);
  expect(clock.nextTimerAt).toBe(21);
});

test('lets what a timer set off finish before the next one fires', async () => {
  const clock = new ManualClock();
  const seen: string[] = [];
  clock.setTimer(
    () => void Promise.resolve().then(() => seen.push(`after first, at ${clock.monotonicMs()}`)),
    1,
  );
  clock.setTimer(() => seen.push(`second, at ${clock.monotonicMs()}`), 2);
  await clock.advance(5);
  expect(seen).toEqual(['after first, at 1', 'second, at 2']);
});

test('fires timers that were set meanwhile, if they are due', async () => {
  const clock = new ManualClock();
  const at: number[] = [];
  const again = (): void => {
    at.push(clock.monotonicMs());
    clock.setTimer(again, 10);
  };
  clock.setTimer(again, -5);
  await clock.advance(25);
  expect(at).toEqual([0, 10, 20]);
});

test('a cleared timer never fires', async () => {
  const clock = new ManualClock();
  const handle = clock.setTimer(() => {
    throw new Error('fired');
  }, 1);
  clock.clearTimer(handle);
  expect([clock.pendingTimers, clock.nextTimerAt]).toEqual([0, undefined]);
  await clock.advance(10);
});

test('no timer notices when the wall clock jumps', async () => {
  const clock = new ManualClock({ now: 5000 });
  let fired = false;
  clock.setTimer(() => (fired = true), 10);
  clock.jump(-3000);
  expect(clock.now()).toBe(2000);
  clock.jump(1_000_000);
  await clock.advance(9);
  expect(fired).toBe(false);
  await clock.advance(1);
  expect(fired).toBe(true);
});
