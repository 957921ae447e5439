import type { Entry } from './entry.js';
import { Heap } from './heap.js';

/** Below this many consumed places a bucket does not bother to shrink. */
const SHRINK_ABOVE = 1024;

/**
 * Entries of one rank in sequence order. Nearly all arrive in that order and stand in a list; a head that is
 * released late, behind younger ones of other lanes, waits in a small heap. Both cost the same at any depth.
 * Entries are not taken out of the middle: one that is no longer waiting in this rank is skipped when met.
 */
class Bucket {
  readonly #set: ReadySet;
  readonly #rank: number;
  #list: Entry[] = [];
  #first = 0;
  readonly #late = new Heap<Entry>();

  constructor(set: ReadySet, rank: number) {
    this.#set = set;
    this.#rank = rank;
  }

  push(entry: Entry): void {
    const last = this.#list.at(-1);
    if (last === undefined || last.sequence < entry.sequence) this.#list.push(entry);
    else this.#late.push(entry.sequence, entry);
  }

  /** The next waiting entry, left in place; `undefined` when none is left. */
  peek(): Entry | undefined {
    for (;;) {
      const listed = this.#list[this.#first];
      const next = this.#late.peekKey() < (listed?.sequence ?? Infinity) ? this.#late.peek() : listed;
      if (next === undefined || this.#holds(next)) return next;
      this.drop(next);
    }
  }

  #holds({ state, rank, ready }: Entry): boolean {
    return state === 'waiting' && rank === this.#rank && ready === this.#set;
  }

  drop(entry: Entry): void {
    if (this.#late.peek() === entry) {
      this.#late.pop();
      return;
    }
    this.#first++;
    if (this.#first === this.#list.length) {
      this.#list = [];
      this.#first = 0;
    } else if (this.#first > SHRINK_ABOVE && this.#first * 2 > this.#list.length) {
      this.#list = this.#list.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** What may go, by rank and sequence, and what may go later, by time: of one principal, kind and version. */
export class ReadySet {
  readonly #buckets = new Map<number, Bucket>();
  /** Ranks that have a bucket, the highest first. With ageing there may be as many as there are operations. */
  readonly #ranks = new Heap<number>();
  readonly #scheduled = new Heap<Entry>();

  add(entry: Entry): void {
    entry.ready = this;
    let bucket = this.#buckets.get(entry.rank);
    if (bucket === undefined) {
      bucket = new Bucket(this, entry.rank);
      this.#buckets.set(entry.rank, bucket);
      this.#ranks.push(-entry.rank, entry.rank);
    }
    bucket.push(entry);
  }

  schedule(entry: Entry): void {
    entry.ready = this;
    this.#scheduled.push(entry.dueAt, entry);
  }

  /** Takes one that is due out of the schedule. */
  takeDue(now: number): Entry | undefined {
    return this.nextDueAt() <= now ? this.#scheduled.pop() : undefined;
  }

  /** When the next scheduled entry is due; `Infinity` when none is. */
  nextDueAt(): number {
    for (;;) {
      const dueAt = this.#scheduled.peekKey();
      const entry = this.#scheduled.peek();
      if (entry === undefined || this.#isDue(entry, dueAt)) return dueAt;
      this.#scheduled.pop();
    }
  }

  #isDue(entry: Entry, dueAt: number): boolean {
    return entry.state === 'scheduled' && entry.dueAt === dueAt && entry.ready === this;
  }

  /** The entry that goes first, left in place. */
  peek(): Entry | undefined {
    for (let rank = this.#ranks.peek(); rank !== undefined; rank = this.#ranks.peek()) {
      const entry = this.#buckets.get(rank)?.peek();
      if (entry !== undefined) return entry;
      this.#buckets.delete(rank);
      this.#ranks.pop();
    }
    return undefined;
  }

  /** Removes what `peek` returned. */
  take(entry: Entry): void {
    this.#buckets.get(entry.rank)?.drop(entry);
  }
}
