import type { StorageNotice, Subscribable, Subscription } from '@cpc/sync-core';

/** Tells subscribers what the storage has to say. */
export class NoticeBoard implements Subscribable<StorageNotice> {
  readonly #listeners = new Set<{ readonly next: (notice: StorageNotice) => void }>();

  subscribe(next: (notice: StorageNotice) => void): Subscription {
    const listener = { next };
    this.#listeners.add(listener);
    return { unsubscribe: () => void this.#listeners.delete(listener) };
  }

  post(notice: StorageNotice): void {
    for (const { next } of [...this.#listeners]) next(notice);
  }
}
