import type { Clock, TimerHandle } from '@cpc/sync-core';
import type { Owner, Scheduler } from './scheduler.js';

/** Where the server's clock begins, and that of a device which is right. */
export const EPOCH_MS = 1_700_000_000_000;

/** The wall clock of a device, which may be set by its user. */
export interface WallClock {
  offsetMs: number;
}

/** The clock of one tab: the wall clock of its device, and a monotonic clock of its own. */
export class SimClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #owner: Owner;
  readonly #wall: WallClock;
  readonly #bornAt: number;

  constructor(scheduler: Scheduler, owner: Owner, wall: WallClock) {
    this.#scheduler = scheduler;
    this.#owner = owner;
    this.#wall = wall;
    this.#bornAt = scheduler.now;
  }

  now(): number {
    return this.#scheduler.now + this.#wall.offsetMs;
  }

  monotonicMs(): number {
    return this.#scheduler.now - this.#bornAt;
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    return this.#scheduler.schedule(delayMs, this.#owner, callback);
  }

  clearTimer(handle: TimerHandle): void {
    this.#scheduler.cancel(handle);
  }
}
