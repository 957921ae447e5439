/** An armed timer. Opaque: only the clock that made it can clear it. */
export type TimerHandle = object;

/**
 * Time, as the library sees it. Nothing else in the library reads a clock or arms a timer, so a test or a
 * simulation that replaces this port owns time completely.
 */
export interface Clock {
  /** Wall clock in milliseconds since the epoch. It may jump, forwards and backwards. */
  now(): number;
  /** Milliseconds since some fixed moment of this process. It never goes back. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`, however long that is; delays above 2^31 ms are allowed. */
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
}
