import type { Clock } from '../ports/clock.js';
import type { HybridLogicalClock } from './hybrid-logical-clock.js';

/** Differences up to this may come from the way of an answer, and from servers that say whole seconds. */
const NOISE_MS = 5_000;

/** Differences that are further apart than this are not of the same two clocks: one of them was set. */
const SAME_CLOCKS_MS = 60_000;

/** How many of the latest differences are compared. */
const KEPT = 8;

/**
 * How far the server's clock is ahead of this device's, from what the server's answers say. An answer is as old as its
 * way was long, so that of the latest differences the largest is nearest to the truth.
 */
export class ServerTime {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #timestamps: Pick<HybridLogicalClock, 'correct'>;
  #differences: readonly number[] = [];
  #offsetMs = 0;

  constructor(clock: Pick<Clock, 'now'>, timestamps: Pick<HybridLogicalClock, 'correct'>) {
    this.#clock = clock;
    this.#timestamps = timestamps;
  }

  /** What the server's clock says, as far as it is known; else the device's: milliseconds since the epoch. */
  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** @param serverMs - what an answer of the server's said that has just come, in milliseconds since the epoch */
  heard(serverMs: number): void {
    if (!Number.isFinite(serverMs)) return;
    const difference = serverMs - this.#clock.now();
    const last = this.#differences.at(-1) ?? difference;
    const before = Math.abs(difference - last) > SAME_CLOCKS_MS ? [] : this.#differences;
    this.#differences = [...before, difference].slice(-KEPT);
    const measured = Math.max(...this.#differences);
    const offsetMs = Math.abs(measured) <= NOISE_MS ? 0 : measured;
    if (offsetMs === this.#offsetMs) return;
    this.#offsetMs = offsetMs;
    this.#timestamps.correct(offsetMs);
  }
}
