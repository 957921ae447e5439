import type { NewOperation } from '../operation/operation-record.js';

/** How many ids a storage remembers at least after they stopped naming what was enqueued under them. */
export const REMEMBERED_IDS = 10_000;

/** A chain of successors is as long as an operation was edited or met conflicts; damage alone makes one endless. */
const MAX_SUCCESSORS = 1000;

/**
 * What became of an id: the id of the operation that it is part of now, its own where that operation was changed
 * in its place, or `null` where nothing is left of it.
 */
export type Fate = string | null;

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

/** Where to look an id up. */
export interface IdLookup {
  isPresent(id: string): boolean;
  fateOf(id: string): Fate | undefined;
}

/** The operation in the queue that an id means now; `undefined` where none does. */
export function successorOf(id: string, lookup: IdLookup): string | undefined {
  let current: string | null | undefined = id;
  for (let hops = 0; hops < MAX_SUCCESSORS && typeof current === 'string'; hops++) {
    if (lookup.isPresent(current)) return current;
    current = lookup.fateOf(current);
  }
  return undefined;
}

/** The operation, waiting for those that took the place of what it names. */
export function followSuccessors<T extends NewOperation>(operation: T, lookup: IdLookup): T {
  const { dependsOn } = operation;
  if (!dependsOn.some((id) => typeof lookup.fateOf(id) === 'string')) return operation;
  return { ...operation, dependsOn: [...new Set(dependsOn.map((id) => successorOf(id, lookup) ?? id))] };
}
