import { checkInteger } from '../operation/check.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';

/**
 * How randomness spreads the delays of many devices:
 *
 * - `full`: anywhere from 0 to the delay. The best spread, and the default.
 * - `equal`: anywhere in the upper half.
 * - `decorrelated`: anywhere from the base to three times the previous delay.
 * - `none`: exactly the delay.
 *
 * M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none';

export interface ExponentialBackoffOptions {
  /** The delay after the first attempt, in milliseconds. @defaultValue 1_000 */
  readonly baseMs?: number;
  /** No delay is longer, in milliseconds. @defaultValue 300_000 */
  readonly maxMs?: number;
  /** By what the delay grows with each attempt. @defaultValue 2 */
  readonly factor?: number;
  /** @defaultValue 'full' */
  readonly jitter?: Jitter;
}

/** Delays that grow by a factor up to a maximum. Safe for any number of attempts: it caps before it overflows. */
export class ExponentialBackoff implements BackoffStrategy {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #factor: number;
  readonly #jitter: Jitter;

  constructor({
    baseMs = 1000,
    maxMs = 300_000,
    factor = 2,
    jitter = 'full',
  }: ExponentialBackoffOptions = {}) {
    checkInteger('baseMs', baseMs, 1);
    checkInteger('maxMs', maxMs, baseMs);
    if (!(factor >= 1)) throw new RangeError(`factor takes a number from 1 on, but got ${factor}`);
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
    this.#factor = factor;
    this.#jitter = jitter;
  }

  delayMs(attempt: number, previousDelayMs: number, random: { next(): number }): number {
    if (this.#jitter === 'decorrelated') {
      // A server may have asked for more than the maximum; three times infinity is no number.
      const ceiling = Math.max(this.#baseMs, Math.min(previousDelayMs, this.#maxMs) * 3);
      return Math.min(this.#maxMs, this.#baseMs + random.next() * (ceiling - this.#baseMs));
    }
    // The power may overflow to Infinity; the minimum brings it back.
    const delay = Math.min(this.#maxMs, this.#baseMs * this.#factor ** Math.max(0, attempt - 1));
    if (this.#jitter === 'full') return random.next() * delay;
    return this.#jitter === 'equal' ? delay / 2 + (random.next() * delay) / 2 : delay;
  }
}

export interface LinearBackoffOptions {
  /** The delay grows by this much with each attempt, in milliseconds. */
  readonly stepMs: number;
  /** @defaultValue 300_000 */
  readonly maxMs?: number;
}

/** Delays that grow by the same step each time. */
export class LinearBackoff implements BackoffStrategy {
  readonly #stepMs: number;
  readonly #maxMs: number;

  constructor({ stepMs, maxMs = 300_000 }: LinearBackoffOptions) {
    checkInteger('stepMs', stepMs, 1);
    checkInteger('maxMs', maxMs, stepMs);
    this.#stepMs = stepMs;
    this.#maxMs = maxMs;
  }

  delayMs(attempt: number): number {
    return Math.min(this.#maxMs, this.#stepMs * Math.max(1, attempt));
  }
}

/** The same delay each time. */
export class ConstantBackoff implements BackoffStrategy {
  readonly #delayMs: number;

  /** @param delayMs - the delay, in milliseconds */
  constructor(delayMs: number) {
    checkInteger('delayMs', delayMs, 0);
    this.#delayMs = delayMs;
  }

  delayMs(): number {
    return this.#delayMs;
  }
}
