import { Heap } from './heap.js';

/** Ranks below the highest: how often each stands there, and which of them comes next. */
interface Others {
  readonly counts: Map<number, number>;
  /** Every rank in `counts` once, the highest first. */
  readonly order: Heap<number>;
}

const noOthers = (): Others => ({ counts: new Map<number, number>(), order: new Heap<number>() });

/**
 * How often each rank stands among those that lend theirs, and the highest of them. Adding and removing cost the same
 * with two and with a million, also where each has a rank of its own.
 */
export class RankCounts {
  #highest = -Infinity;
  #atHighest = 0;
  /** Made when first needed, since most are of one rank. */
  #others: Others | undefined = undefined;

  /** `-Infinity` where there is none. */
  get highest(): number {
    return this.#highest;
  }

  /** Counts another rank in the place of one; `-Infinity` stands for none. */
  exchange(before: number, after: number): void {
    if (after > -Infinity) this.#add(after);
    if (before > -Infinity) this.#remove(before);
  }

  #add(rank: number): void {
    if (rank < this.#highest) {
      this.#countOther(rank, 1);
    } else if (rank === this.#highest) {
      this.#atHighest++;
    } else {
      if (this.#atHighest > 0) this.#countOther(this.#highest, this.#atHighest);
      this.#highest = rank;
      this.#atHighest = 1;
    }
  }

  #remove(rank: number): void {
    if (rank < this.#highest) this.#countOther(rank, -1);
    else if (--this.#atHighest === 0) this.#takeNext();
  }

  #countOther(rank: number, by: number): void {
    const { counts, order } = (this.#others ??= noOthers());
    const count = counts.get(rank);
    if (count === undefined) order.push(-rank, rank);
    // One that fell to nothing stays until it is the next, so that it stands in the order once.
    counts.set(rank, (count ?? 0) + by);
  }

  #takeNext(): void {
    this.#highest = -Infinity;
    const { counts, order } = this.#others ?? {};
    for (let rank = order?.pop(); rank !== undefined; rank = order?.pop()) {
      const count = counts?.get(rank) ?? 0;
      counts?.delete(rank);
      if (count === 0) continue;
      this.#highest = rank;
      this.#atHighest = count;
      return;
    }
  }
}
