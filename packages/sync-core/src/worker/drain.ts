import type { Clock } from '../ports/clock.js';
import type { DrainOptions } from './drain-options.js';
import { SummaryCollector } from './processing-summary.js';
import { sleep } from './sleep.js';

/** One call of `drain`: what it waits for, and what was done meanwhile. */
export class Drain {
  readonly summary = new SummaryCollector();
  readonly #clock: Clock;
  readonly #deadline: number;
  readonly #waitsForDue: boolean;
  readonly #idle = new AbortController();
  readonly #over: AbortSignal;

  constructor(clock: Clock, { deadline, signal, waitForDue = deadline !== undefined }: DrainOptions) {
    this.#clock = clock;
    this.#deadline = deadline ?? Infinity;
    this.#waitsForDue = waitForDue;
    this.#over = signal === undefined ? this.#idle.signal : AbortSignal.any([signal, this.#idle.signal]);
  }

  get isOver(): boolean {
    return this.#over.aborted;
  }

  /** Nothing can go for `waitMs`. */
  idle(waitMs: number): void {
    if (!this.#waitsForDue || waitMs >= this.#leftMs()) this.#idle.abort();
  }

  /** Until nothing more can go, the deadline, or the signal. */
  wait(): Promise<void> {
    return sleep(this.#clock, this.#leftMs(), this.#over);
  }

  #leftMs(): number {
    return this.#deadline - this.#clock.now();
  }
}
