import { checkPage } from './check-page.js';
import type { PulledChange, PulledPage, PullTarget } from './pull-target.js';

/** A copy in memory, for tests and for data that is pulled anew at each start. */
export class MemoryPullTarget implements PullTarget {
  readonly #records = new Map<string, PulledChange>();
  #checkpoint: string | undefined;

  /** What the server holds of each entity, as far as it was pulled. */
  get records(): ReadonlyMap<string, PulledChange> {
    return this.#records;
  }

  checkpoint(): Promise<string | undefined> {
    return Promise.resolve(this.#checkpoint);
  }

  /** Rejects with a TypeError where the page is none; nothing was changed then. */
  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown must be a rejection
  async apply(page: PulledPage): Promise<boolean> {
    checkPage(page);
    const { since, checkpoint, reset } = page;
    if (since !== this.#checkpoint) return false;
    if (reset) this.#records.clear();
    // What whoever pulled does to the page afterwards is none of the copy's.
    for (const change of structuredClone(page.changes)) {
      if (change.deleted === true) this.#records.delete(change.entity);
      else this.#records.set(change.entity, change);
    }
    this.#checkpoint = checkpoint;
    return true;
  }
}
