import type { Clock, TimerHandle } from '../ports/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export interface ManualClockOptions {
  /** The wall clock at the beginning, in milliseconds since the epoch. @defaultValue 1_700_000_000_000 */
  readonly now?: number;
}

/** A clock that stands still until it is told to go on. Timers follow elapsed time; the wall clock may jump. */
export class ManualClock implements Clock {
  #elapsedMs = 0;
  #offset: number;
  readonly #timers = new Set<Timer>();

  constructor(options: ManualClockOptions = {}) {
    this.#offset = options.now ?? 1_700_000_000_000;
  }

  now(): number {
    return this.#offset + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Timers that are armed; 0 proves that nothing was left behind. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Elapsed time of the next timer, on the scale of `monotonicMs`; `undefined` when none is armed. */
  get nextTimerAt(): number | undefined {
    return this.#earliest()?.at;
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer = { at: this.#elapsedMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    this.#timers.delete(handle as Timer);
  }

  /** Sets the wall clock forwards or back, as a user or a time server does; no timer notices. */
  jump(byMs: number): void {
    this.#offset += byMs;
  }

  /** Lets time pass: fires due timers in order, and lets everything that they set off finish in between. */
  async advance(byMs: number): Promise<void> {
    const end = this.#elapsedMs + byMs;
    await settle();
    for (let timer = this.#earliest(); timer !== undefined && timer.at <= end; timer = this.#earliest()) {
      this.#timers.delete(timer);
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.at);
      timer.callback();
      await settle();
    }
    this.#elapsedMs = end;
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) if (earliest === undefined || timer.at < earliest.at) earliest = timer;
    return earliest;
  }
}

/** A turn of the real event loop: every promise that can settle by itself has settled after it. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
