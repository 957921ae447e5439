import type { Entry } from './entry.js';

/** Below this many entries the log is not worth compacting. */
const COMPACT_ABOVE = 1024;

/** All entries by sequence, with gaps: those that left stay until the next compaction. */
export class OperationLog {
  #entries: Entry[] = [];
  /** So many at the beginning have left. */
  #gone = 0;

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** One that left is there again. */
  cameBack(): void {
    this.#gone = 0;
  }

  /** Forgets entries that left, as soon as they outnumber those that are there. */
  compact(present: number): void {
    if (this.#entries.length < COMPACT_ABOVE || this.#entries.length < 2 * present) return;
    this.#entries = this.#entries.filter(({ isPresent }) => isPresent);
    this.#gone = 0;
  }

  /** Those that are there, in sequence order, beginning behind `after`. */
  *entries(after: number): Iterable<Entry> {
    while (this.#entries[this.#gone]?.isPresent === false) this.#gone++;
    let low = this.#gone;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as Entry).sequence <= after) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.#entries.length; at++) {
      const entry = this.#entries[at] as Entry;
      if (entry.isPresent) yield entry;
    }
  }
}
