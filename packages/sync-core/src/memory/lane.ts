import type { Entry } from './entry.js';

/** The operations of one lane, in sequence order, and how often each rank stands among them. */
export class Lane {
  readonly name: string;
  head: Entry | undefined = undefined;
  tail: Entry | undefined = undefined;
  /** Members that also wait for operations outside the lane; their dependencies inherit from the lane. */
  readonly gated = new Set<Entry>();
  readonly #ranks = new Map<number, number>();
  #highest = -Infinity;

  constructor(name: string) {
    this.name = name;
  }

  /** The highest rank among those in the lane that are not being sent: what its head inherits. */
  get highestRank(): number {
    return this.#highest;
  }

  /** Places the entry by its sequence: at the end, unless it comes from another lane. */
  insert(entry: Entry): void {
    let before = this.tail;
    while (before !== undefined && before.sequence > entry.sequence) before = before.previous;
    const after = before === undefined ? this.head : before.next;
    entry.lane = this;
    entry.previous = before;
    entry.next = after;
    if (before === undefined) this.head = entry;
    else before.next = entry;
    if (after === undefined) this.tail = entry;
    else after.previous = entry;
    this.count(entry);
  }

  remove(entry: Entry): void {
    if (entry.previous === undefined) this.head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.tail = entry.previous;
    else entry.next.previous = entry.previous;
    this.gated.delete(entry);
    this.uncount(entry);
    entry.lane = entry.previous = entry.next = undefined;
  }

  /** Lets the rank of an entry that may still go count for the lane. */
  count(entry: Entry): void {
    if (!entry.counted) this.#add(entry.ownRank, 1);
    entry.counted = true;
  }

  /** What is being sent lends its rank to nobody. */
  uncount(entry: Entry): void {
    if (entry.counted) this.#add(entry.ownRank, -1);
    entry.counted = false;
  }

  #add(rank: number, by: number): void {
    const count = (this.#ranks.get(rank) ?? 0) + by;
    if (count > 0) {
      this.#ranks.set(rank, count);
      if (rank > this.#highest) this.#highest = rank;
      return;
    }
    this.#ranks.delete(rank);
    if (rank < this.#highest) return;
    this.#highest = -Infinity;
    for (const other of this.#ranks.keys()) if (other > this.#highest) this.#highest = other;
  }
}
