import type { StorageNotice, Subscribable, Subscription } from '@cpc/sync-core';

type Listener = (notice: StorageNotice) => void;

/** Passes notices on to whoever subscribed. */
export class NoticeBoard implements Subscribable<StorageNotice> {
  readonly #listeners = new Set<{ readonly next: Listener }>();

  subscribe(next: Listener): Subscription {
    const listener = { next };
    this.#listeners.add(listener);
    return { unsubscribe: () => this.#listeners.delete(listener) };
  }

  post(notice: StorageNotice): void {
    for (const { next } of [...this.#listeners]) next(notice);
  }
}
