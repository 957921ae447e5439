import type { Clock } from '../ports/clock.js';

/** Jumps below this are the small corrections of a time server. */
const TOLERANCE_MS = 1000;

/** Time that does not believe a wall clock which jumps: it goes on from where the worker began. */
export class SteadyTime {
  readonly #clock: Clock;
  readonly #offset: number;
  #lastOffset: number;
  #setBacks = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonicMs();
    this.#lastOffset = this.#offset;
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
}
