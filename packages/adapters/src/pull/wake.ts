import type { Clock } from '@cpc/sync-core';

export type WakeReason = 'network' | 'hint';

/** A wait that others can end. Calls that come before it count, since they may have come too late for the work. */
export class Wake {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #called = new Set<WakeReason>();
  #look: () => void = () => undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  call(reason: WakeReason): void {
    this.#called.add(reason);
    this.#look();
  }

  /** Waits for one of the reasons, for the time or for the end, whichever is first. Leaves no timer. */
  async after(delayMs: number, reasons: readonly WakeReason[]): Promise<WakeReason | 'time' | 'stopped'> {
    const found = await new Promise<WakeReason | 'time' | 'stopped'>((resolve) => {
      const end = (reason: WakeReason | 'time' | 'stopped'): void => {
        this.#clock.clearTimer(timer);
        this.#signal.removeEventListener('abort', stop);
        this.#look = () => undefined;
        resolve(reason);
      };
      const stop = (): void => end('stopped');
      const timer = this.#clock.setTimer(() => end('time'), delayMs);
      this.#signal.addEventListener('abort', stop);
      this.#look = () => {
        const called = reasons.find((reason) => this.#called.has(reason));
        if (called !== undefined) end(called);
      };
      if (this.#signal.aborted) stop();
      else this.#look();
    });
    this.#called.clear();
    return found;
  }
}
