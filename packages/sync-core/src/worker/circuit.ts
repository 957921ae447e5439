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

/** No further wait is longer than this share of the outage so far. */
const LONGEST_SHARE = 0.5;

/** How many sends may be under way right after an outage; two, so that one that hangs cannot hide the others. */
const SLOW_START = 2;

/**
 * Keeps a server that takes nothing, or that nobody reaches, from being asked for each of ten thousand operations.
 *
 * - `closed`: all may go. A send that was not served opens it, where that is evidence against the server or the
 *   network; see `Blame`.
 * - `open`: nothing goes until the time is over: the backoff's, or what the server asked for.
 * - `halfOpen`: one send goes out as a probe. One that is served closes the circuit; one that is not opens it for longer,
 *   in proportion to the outage so far, or leaves it half open where it says nothing new.
 *
 * After it closes, concurrency starts at two and doubles with each answer. Times are monotonic milliseconds.
 *
 * The states are those of M. Nygard, "Release It!", 2007.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #outages = 0;
  #openMs = 0;
  /** How long it stayed open at first in this outage. */
  #firstMs = 0;
  #openUntil = CLOSED;
  /** Until when the server asked everybody to wait: nothing brings that forward. */
  #askedUntil = CLOSED;
  #openedAt = CLOSED;
  #isProbing = false;
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

  /** How long the latest wait of this outage is, in milliseconds. */
  get openMs(): number {
    return this.#openMs;
  }

  /** When it opened last. */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** How many sends may be under way at `now`, those that are under way included. */
  allowed(now: number): number {
    if (!this.isOpen) return Math.min(this.#limit, this.#options.concurrency);
    return now < this.#openUntil ? 0 : 1;
  }

  /** The server took or refused something. @returns whether this closed the circuit */
  served(): boolean {
    this.#outages = 0;
    this.#openMs = 0;
    if (!this.isOpen) {
      this.#limit = this.#limit >= this.#options.concurrency ? Infinity : this.#limit * 2;
      return false;
    }
    this.#openUntil = CLOSED;
    this.#askedUntil = CLOSED;
    this.#isProbing = false;
    this.#limit = SLOW_START;
    return true;
  }

  /**
   * A send was not served.
   *
   * @param isEvidence - whether it speaks against the server or the network, and not only against what was sent
   * @param askedMs - how long the server asked everybody to wait
   * @returns whether this opened the circuit
   */
  unserved(now: number, isEvidence: boolean, askedMs = 0): boolean {
    const wasOpen = this.isOpen;
    // Sends that were under way when the circuit opened say nothing new; only the probe does.
    const counts = isEvidence && (!wasOpen || this.#isProbing);
    if (this.#isProbing) this.#isProbing = false;
    if (wasOpen || counts) this.#askedUntil = Math.max(this.#askedUntil, now + askedMs);
    if (counts) {
      this.#outages++;
      this.#openMs = this.#options.backoff.delayMs(this.#outages, this.#openMs, this.#options.random);
      if (!wasOpen) {
        this.#openedAt = now;
        this.#firstMs = this.#openMs;
      }
      // A link that flaps is down for a moment each time: no wait is long against the outage so far.
      const longestMs = Math.max(this.#firstMs, (now - this.#openedAt) * LONGEST_SHARE);
      this.#openMs = Math.min(this.#openMs, longestMs);
      this.#openUntil = now + this.#openMs;
    }
    if (this.isOpen) this.#openUntil = Math.max(this.#openUntil, this.#askedUntil);
    return counts && !wasOpen;
  }

  /** A send begins; in a half-open circuit it is the probe. */
  sending(now: number): void {
    this.#isProbing ||= this.isOpen && now >= this.#openUntil;
  }

  /** The network is said to be back: the probe goes out after `waitMs` instead of when the time is over. */
  networkBack(now: number, waitMs: number): void {
    if (this.isOpen) this.#openUntil = Math.max(Math.min(this.#openUntil, now + waitMs), this.#askedUntil);
  }
}
