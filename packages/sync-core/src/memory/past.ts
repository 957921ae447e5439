import { REMEMBERED_IDS } from '../rules/bounds.js';
import type { Fate } from '../rules/known-ids.js';

/**
 * What became of the latest ids that left the queue, joined another operation or gave their place to another. A
 * caller that does not know whether its `enqueue` was committed repeats it, and by then the id may have gone.
 *
 * Two generations instead of a queue of single ids, so that forgetting costs nothing.
 */
export class Past {
  #recent = new Map<string, Fate>();
  #older: ReadonlyMap<string, Fate> = new Map();

  /** `undefined` where nothing is known of the id. */
  fateOf(id: string): Fate | undefined {
    const fate = this.#recent.get(id);
    return fate === undefined ? this.#older.get(id) : fate;
  }

  remember(id: string, fate: Fate): void {
    if (this.#recent.size >= REMEMBERED_IDS) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(id, fate);
  }
}
