import type { Clock } from '../ports/clock.js';

/** Resolves after a time, or as soon as the signal aborts. Leaves no timer. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, delayMs);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
