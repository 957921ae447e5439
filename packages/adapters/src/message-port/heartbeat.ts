import type { Clock, TimerHandle } from '@cpc/sync-core';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly silenceMs: number;
  /** Asks for a sign of life. */
  readonly ask: () => void;
  readonly onSilence: (silentMs: number) => void;
}

/**
 * Asks for signs of life at intervals, and says when there was none for too long.
 *
 * Silence is counted in questions, not by the clock alone: a page that slept finds hours gone by, in which
 * nobody asked, so nobody was silent.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #patience: number;
  #unanswered = 0;
  #timer: TimerHandle | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#patience = Math.ceil(options.silenceMs / options.everyMs);
  }

  start(): void {
    this.#unanswered = 0;
    this.#arm();
  }

  heard(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimer(() => this.#beat(), this.#options.everyMs);
  }

  #beat(): void {
    const { ask, onSilence, everyMs } = this.#options;
    if (this.#unanswered >= this.#patience) {
      onSilence(this.#unanswered * everyMs);
      return;
    }
    this.#unanswered++;
    ask();
    this.#arm();
  }
}
