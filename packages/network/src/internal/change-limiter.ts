import type { MonitorClock } from '../clock/monitor-clock.js';
import type { Verdict } from './status-source.js';

/**
 * Hysteresis: after a change it holds the next one back for `holdMs`, then lets through what holds by then.
 * A change after a quiet time goes through at once, and in any time of `n * holdMs` there are at most `n`.
 */
export class ChangeLimiter {
  readonly #clock: MonitorClock;
  readonly #holdMs: number;
  readonly #publish: (verdict: Verdict) => void;
  #published: Verdict['state'];
  #quietUntilMs = -Infinity;
  #latest: Verdict | undefined;
  #timer: unknown;

  constructor(
    clock: MonitorClock,
    holdMs: number,
    initial: Verdict['state'],
    publish: (verdict: Verdict) => void,
  ) {
    this.#clock = clock;
    this.#holdMs = holdMs;
    this.#published = initial;
    this.#publish = publish;
  }

  propose(verdict: Verdict): void {
    this.#latest = verdict;
    if (this.#timer !== undefined || verdict.state === this.#published) return;
    const waitMs = this.#quietUntilMs - this.#clock.monotonicMs();
    if (waitMs <= 0) this.#settle();
    else this.#timer = this.#clock.setTimer(() => this.#settle(), waitMs);
  }

  /** Forgets what is held back, and its timer. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #settle(): void {
    this.#timer = undefined;
    const verdict = this.#latest;
    if (!verdict || verdict.state === this.#published) return;
    this.#published = verdict.state;
    this.#quietUntilMs = this.#clock.monotonicMs() + this.#holdMs;
    this.#publish(verdict);
  }
}
