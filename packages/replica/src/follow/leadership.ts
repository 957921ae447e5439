import type { Clock, TimerHandle } from '@cpc/sync-core';
import type { ReplicaStore } from '../ports/replica-store.js';

export interface LeadershipParts {
  readonly store: Pick<ReplicaStore, 'lead' | 'resign'>;
  readonly clock: Clock;
  /** Names this instance among all that share the copy. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly onChange: (isLeading: boolean) => void;
  readonly onFailure: (error: unknown) => void;
}

/** A lease is asked for again when a third of it is over, so that two times may fail. */
const RENEWALS_PER_LEASE = 3;

/**
 * One of all that share a copy pulls for all of them. Two at once would do no harm, since a store takes no page twice; it
 * would only cost the network.
 */
export class Leadership {
  readonly #parts: LeadershipParts;
  #timer: TimerHandle | undefined;
  #isRunning = false;
  #isLeading = false;
  /** Until when the latest lease lasts, in monotonic milliseconds. */
  #until = 0;
  #asking: Promise<void> = Promise.resolve();

  constructor(parts: LeadershipParts) {
    this.#parts = parts;
  }

  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Asks at once, and then again and again. Resolves after the first answer. */
  start(): Promise<void> {
    if (this.#isRunning) return this.#asking;
    this.#isRunning = true;
    this.#asking = this.#ask();
    return this.#asking;
  }

  /** Makes way for another one. Leaves no timer. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    await this.#asking;
    const { store, owner, onFailure } = this.#parts;
    if (!this.#isLeading) return;
    this.#set(false);
    await store.resign(owner).catch(onFailure);
  }

  async #ask(): Promise<void> {
    const { store, clock, owner, leaseMs, onFailure } = this.#parts;
    const askedAt = clock.monotonicMs();
    try {
      const isLeading = await store.lead({ owner, now: clock.now(), leaseMs });
      if (isLeading) this.#until = askedAt + leaseMs;
      this.#set(isLeading);
    } catch (error) {
      onFailure(error);
      // The lease may last although the store did not answer.
      if (clock.monotonicMs() >= this.#until) this.#set(false);
    }
    if (!this.#isRunning) return;
    this.#timer = clock.setTimer(() => {
      this.#asking = this.#ask();
    }, leaseMs / RENEWALS_PER_LEASE);
  }

  #set(isLeading: boolean): void {
    if (isLeading === this.#isLeading) return;
    this.#isLeading = isLeading;
    this.#parts.onChange(isLeading);
  }
}
