import type { Clock } from '../ports/clock.js';

/** Jumps below this are the small corrections of a time server. */
const TOLERANCE_MS = 1000;

/** Time that does not believe a wall clock which jumps: it goes on from where the worker began. */
export class SteadyTime {
  readonly #clock: Clock;
  readonly #offset: number;
  #lastOffset: number;
  #setBacks = 0;
  /** By how much the wall clock is ahead of the monotonic one, as far as leases know it. */
  #believed: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonicMs();
    this.#lastOffset = this.#offset;
    this.#believed = this.#offset;
  }

  /** Whether a moment has passed by both clocks. A wall clock that jumped ahead makes nothing expire. */
  isPast(time: number): boolean {
    return time <= this.#clock.now() && time <= this.#offset + this.#clock.monotonicMs();
  }

  /** Looks whether the wall clock was set back since the last look. @returns how often it was, by all looks so far */
  setBacks(): number {
    const offset = this.#clock.now() - this.#clock.monotonicMs();
    if (offset - this.#lastOffset < -TOLERANCE_MS) this.#setBacks++;
    this.#lastOffset = offset;
    return this.#setBacks;
  }

  /** By how many milliseconds the wall clock was set forward since leases were last moved by it; mostly 0. */
  aheadMs(): number {
    const aheadMs = Math.round(this.#clock.now() - this.#clock.monotonicMs() - this.#believed);
    if (aheadMs > TOLERANCE_MS) return aheadMs;
    this.#believed += aheadMs;
    return 0;
  }

  /** Leases were moved by as much. */
  movedBy(aheadMs: number): void {
    this.#believed += aheadMs;
  }

  /** The wall clock, of which a leap ahead is not believed before leases were moved by it. */
  now(): number {
    return Math.min(this.#clock.now(), this.#believed + this.#clock.monotonicMs() + TOLERANCE_MS);
  }
}
