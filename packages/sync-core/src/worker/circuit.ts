import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { RandomSource } from '../ports/random-source.js';

export interface CircuitOptions {
  /** How long the circuit stays open after the n-th outage in a row. */
  readonly backoff: BackoffStrategy;
  readonly random: RandomSource;
  /** Concurrency when all is well. */
  readonly concurrency: number;
}

/** Where an open circuit has the time at which it lets a probe through. */
const CLOSED = -Infinity;

/** How many sends may be under way right after an outage; two, so that one that hangs cannot hide the others. */
const SLOW_START = 2;

/**
 * Keeps a transport that gets no answers from being asked for each of ten thousand operations.
 *
 * - `closed`: all may go. An unanswered send opens it, unless the transport answered another one since that send
 *   began: then the operation is to blame and not the network.
 * - `open`: nothing goes until the time is over.
 * - `halfOpen`: one send goes out as a probe. Any answer closes the circuit; none opens it for longer.
 *
 * After it closes, concurrency starts at two and doubles with each answer. Times are monotonic milliseconds.
 *
 * The states are those of M. Nygard, "Release It!", 2007.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #outages = 0;
  #openMs = 0;
  #openUntil = CLOSED;
  #isProbing = false;
  #lastAnswerAt = -Infinity;
  #limit = Infinity;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#openUntil > CLOSED;
  }

  /** When an open circuit lets a probe through; long ago when it is not open. */
  get openUntil(): number {
    return this.#openUntil;
  }

  /** How many sends may be under way at `now`, those that are under way included. */
  allowed(now: number): number {
    if (!this.isOpen) return Math.min(this.#limit, this.#options.concurrency);
    return now < this.#openUntil ? 0 : 1;
  }

  /** The transport answered at `now`. @returns whether this closed the circuit */
  answered(now: number): boolean {
    this.#lastAnswerAt = now;
    this.#outages = 0;
    this.#openMs = 0;
    if (!this.isOpen) {
      this.#limit = this.#limit >= this.#options.concurrency ? Infinity : this.#limit * 2;
      return false;
    }
    this.#openUntil = CLOSED;
    this.#isProbing = false;
    this.#limit = SLOW_START;
    return true;
  }

  /** A send that began at `sentAt` met no answer. @returns whether this opened the circuit, or kept it open */
  unanswered(sentAt: number, now: number): boolean {
    if (this.#lastAnswerAt > sentAt) return false;
    // Sends that were under way when the circuit opened say nothing new; only the probe does.
    if (this.isOpen && !this.#isProbing) return true;
    this.#outages++;
    this.#openMs = this.#options.backoff.delayMs(this.#outages, this.#openMs, this.#options.random);
    this.#openUntil = now + this.#openMs;
    this.#isProbing = false;
    return true;
  }

  /** A send begins; in a half-open circuit it is the probe. */
  sending(now: number): void {
    this.#isProbing ||= this.isOpen && now >= this.#openUntil;
  }

  /** The network is said to be back: the probe goes out after `waitMs` instead of when the time is over. */
  networkBack(now: number, waitMs: number): void {
    if (this.isOpen) this.#openUntil = Math.min(this.#openUntil, now + waitMs);
  }
}
