import type { Subscribable } from '@cpc/sync-core';
import type { ReplicaNotice } from './replica-store.js';

/** Tells those who subscribed. One may subscribe or leave while the others are told. */
export class NoticeHub implements Subscribable<ReplicaNotice> {
  readonly #listeners = new Set<{ readonly next: (notice: ReplicaNotice) => void }>();

  subscribe(next: (notice: ReplicaNotice) => void): { unsubscribe(): void } {
    const listener = { next };
    this.#listeners.add(listener);
    return { unsubscribe: () => void this.#listeners.delete(listener) };
  }

  tell(notice: ReplicaNotice): void {
    for (const { next } of [...this.#listeners]) next(notice);
  }
}
