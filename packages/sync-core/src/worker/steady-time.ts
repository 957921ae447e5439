import type { Clock } from '../ports/clock.js';

/** Jumps below this are the small corrections of a time server. */
const TOLERANCE_MS = 1000;

/** Time that does not believe a wall clock which jumps: it goes on from where the worker began. */
export class SteadyTime {
  readonly #clock: Clock;
  readonly #offset: number;
  #lastOffset: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonicMs();
    this.#lastOffset = this.#offset;
  }

  /** Whether a moment has passed by both clocks. A wall clock that jumped ahead makes nothing expire. */
  isPast(time: number): boolean {
    return time <= this.#clock.now() && time <= this.#offset + this.#clock.monotonicMs();
  }

  /** Whether the wall clock was set back since the last call. */
  wentBack(): boolean {
    const offset = this.#clock.now() - this.#clock.monotonicMs();
    const jump = offset - this.#lastOffset;
    this.#lastOffset = offset;
    return jump < -TOLERANCE_MS;
  }
}
