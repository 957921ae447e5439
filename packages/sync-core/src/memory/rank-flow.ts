import type { Entry } from './entry.js';
import { Heap } from './heap.js';

/**
 * Lets what waits lend its rank to what it waits for: to those ahead of it in its lane, and to those it depends on.
 *
 * An entry's own rank is the highest of its operation's and of what its dependents lend to it; its rank is the highest
 * of its own and of the ranks behind it in its lane, but for what is being sent, which lends to nobody. A change is
 * passed on from one entry to the next, the youngest first, so that each is worked out once however many ways lead to
 * it, and only as far as anything changes.
 */
export class RankFlow {
  readonly #onChange: (entry: Entry) => void;
  /** What has to be worked out anew; an entry may stand in it more than once. */
  readonly #stale = new Heap<Entry>();

  /** @param onChange - hears of every entry whose rank changed */
  constructor(onChange: (entry: Entry) => void) {
    this.#onChange = onChange;
  }

  /** Works out the rank of an entry whose operation, dependents or follower changed, and passes it on. */
  update(entry: Entry | undefined): void {
    for (let next = entry; next !== undefined; next = this.#stale.pop()) this.#workOut(next);
  }

  /** Lets an entry that leaves its place lend to nobody any more. */
  withdraw(entry: Entry): void {
    const { blockers, rank } = entry;
    entry.blockers = undefined;
    entry.rank = -Infinity;
    if (blockers === undefined) return;
    for (const blocker of blockers) {
      blocker.dependents?.entries.delete(entry);
      this.#lend(blocker, rank, -Infinity);
    }
    this.update(this.#stale.pop());
  }

  #workOut(entry: Entry): void {
    const { operation, dependents, lane, next, previous, blockers, rank: before } = entry;
    const own =
      dependents === undefined ? operation.rank : Math.max(operation.rank, dependents.ranks.highest);
    const lent = lane !== undefined && entry.state === 'leased' ? -Infinity : own;
    const rank = next !== undefined && next.rank > lent ? next.rank : lent;
    if (rank === before) return;
    entry.rank = rank;
    if (previous !== undefined && (rank > previous.rank || before === previous.rank)) this.#revisit(previous);
    if (blockers !== undefined) for (const blocker of blockers) this.#lend(blocker, before, rank);
    this.#onChange(entry);
  }

  #lend(blocker: Entry, before: number, after: number): void {
    const ranks = blocker.dependents?.ranks;
    if (ranks === undefined) return;
    const { highest } = ranks;
    ranks.exchange(before, after);
    if (ranks.highest !== highest) this.#revisit(blocker);
  }

  #revisit(entry: Entry): void {
    this.#stale.push(-entry.sequence, entry);
  }
}
