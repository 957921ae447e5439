import type { MonitorClock, RandomNumber } from './monitor-clock.js';

/** The longest delay that `setTimeout` takes; beyond it fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The clock of the platform. A delay above 2^31 ms, 24 days, is cut to that. */
export const platformClock: MonitorClock = {
  // eslint-disable-next-line no-restricted-properties -- this is the clock port
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS)),
  clearTimer: (handle) => clearTimeout(handle as Parameters<typeof clearTimeout>[0]),
};

/** The platform's randomness; good enough to spread delays. */
// eslint-disable-next-line no-restricted-properties -- this is the random port
export const platformRandom: RandomNumber = () => Math.random();
