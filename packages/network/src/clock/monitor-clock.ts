/**
 * Time, as monitors need it. The `Clock` of `@cpc/sync-core` satisfies it, so one clock can drive the
 * monitors, the queue and a simulation alike.
 */
export interface MonitorClock {
  /** Wall clock in milliseconds since the epoch. It may jump; only `NetworkStatus.since` is taken from it. */
  now(): number;
  /** Milliseconds since some fixed moment. It never goes back; ages and latencies are measured by it. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`. */
  setTimer(callback: () => void, delayMs: number): unknown;
  clearTimer(handle: unknown): void;
}

/** A number in [0, 1), like `Math.random`. */
export type RandomNumber = () => number;
