import type { KnownKinds } from '../ports/queue-storage.js';
import { isKnown } from '../rules/known-kinds.js';
import type { Entry } from './entry.js';
import { ReadySet } from './ready-set.js';

/** What may go of one kind in one version. */
interface Slot {
  readonly kind: string;
  readonly version: number;
  readonly set: ReadySet;
}

/**
 * What may go of one principal, apart by kind and version: so a claim that knows only some of them passes over the
 * others at the cost of a look at each kind, however many operations they have.
 */
export class ReadyShelf {
  readonly #byKind = new Map<string, Slot[]>();

  /** Where an entry belongs. */
  setFor({ kind, version }: Entry): ReadySet {
    let slots = this.#byKind.get(kind);
    if (slots === undefined) this.#byKind.set(kind, (slots = []));
    // A kind has few versions, and usually one.
    for (const slot of slots) if (slot.version === version) return slot.set;
    const set = new ReadySet();
    slots.push({ kind, version, set });
    return set;
  }

  /** The sets whose operations a caller can send. */
  *sets(knows?: KnownKinds): Iterable<ReadySet> {
    for (const slots of this.#byKind.values())
      for (const slot of slots) if (isKnown(slot, knows)) yield slot.set;
  }
}
