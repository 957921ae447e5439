import type { Clock, TimerHandle } from '../ports/clock.js';

/** The longest delay that the platform's timers keep; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface LongTimer {
  current: ReturnType<typeof setTimeout>;
}

/** The platform's clock and timers. */
export const systemClock: Clock = {
  // The one place where the library reads the platform's clock.
  // eslint-disable-next-line no-restricted-properties
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(callback, delayMs) {
    const end = performance.now() + delayMs;
    const arm = (): ReturnType<typeof setTimeout> => {
      const left = end - performance.now();
      return left > MAX_TIMER_MS
        ? setTimeout(() => (timer.current = arm()), MAX_TIMER_MS)
        : // Platforms cut fractions off, which would be too early.
          setTimeout(callback, Math.max(0, Math.ceil(left)));
    };
    const timer: LongTimer = { current: arm() };
    return timer;
  },
  clearTimer(handle: TimerHandle) {
    clearTimeout((handle as LongTimer).current);
  },
};
