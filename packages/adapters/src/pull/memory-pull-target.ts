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

  apply({ since, changes, checkpoint, reset }: PulledPage): Promise<boolean> {
    if (since !== this.#checkpoint) return Promise.resolve(false);
    if (reset) this.#records.clear();
    for (const change of changes) {
      if (change.deleted === true) this.#records.delete(change.entity);
      else this.#records.set(change.entity, change);
    }
    this.#checkpoint = checkpoint;
    return Promise.resolve(true);
  }
}
