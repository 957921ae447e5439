import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { sleep } from './sleep.js';

test('ends after its time', async () => {
  const clock = new ManualClock();
  let isOver = false;
  void sleep(clock, 100, new AbortController().signal).then(() => (isOver = true));
  await clock.advance(99);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect(isOver).toBe(true);
});

test.each([true, false])(
  'ends at once when aborted (before it began: %s), and leaves no timer',
  async (before) => {
    const clock = new ManualClock();
    const controller = new AbortController();
    if (before) controller.abort();
    const slept = sleep(clock, Infinity, controller.signal);
    if (!before) {
      expect(clock.pendingTimers).toBe(1);
      controller.abort();
    }
    await slept;
    expect(clock.pendingTimers).toBe(0);
  },
);
