import { Heap } from '@cpc/sync-core/storage-kit';
import { type Lane, laneIn } from './lane.js';
import { effectiveRank, refresh, refreshHead } from './may-go.js';
import type { Placed } from './place.js';
import { placedOf } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';

/**
 * Lets what waits lend its rank to what it waits for, see `createFormat1` for weights and boosts and `createFormat4`
 * for what is lent. One flow follows one change of the queue: it is told which lanes and operations the change touched,
 * and then passes the ranks on, from the youngest operation to the oldest, so that each is worked out once however many
 * ways lead to it, and only as far as anything changes.
 */
export class RankFlow {
  readonly #tx: QueueTransaction;
  /** Sequences of what has to be worked out anew; one may stand in it more than once. */
  readonly #stale = new Heap<number>();

  constructor(tx: QueueTransaction) {
    this.#tx = tx;
  }

  /** What depends on these changed. */
  revisit(sequences: readonly number[]): void {
    for (const sequence of sequences) this.#stale.push(-sequence, sequence);
  }

  /** An operation entered a lane at this sequence, left it, or changed its weight. */
  laneChanged(lane: Lane, sequence: number): void {
    const tx = this.#tx;
    const after = tx.laneAfter(lane, sequence);
    if (after !== undefined) refresh(tx, fixBoost(tx, after));
    refreshHead(tx, lane);
    if (tx.state.data.dependencies > 0) this.#lendFrom(lane, sequence);
  }

  /** Passes on what changed. */
  run(): void {
    const tx = this.#tx;
    for (let next = this.#stale.pop(); next !== undefined; next = this.#stale.pop()) {
      const placed = tx.placed(next);
      if (placed === undefined) continue;
      const weight = Math.max(placed.rank, lentTo(tx, next));
      if (weight !== placed.place.weight) this.#weightChanged(fixBoost(tx, tx.move(placed, { weight })));
    }
  }

  #weightChanged(placed: Placed): void {
    const lane = laneIn(placed);
    if (lane !== undefined) {
      this.laneChanged(lane, placed.sequence);
      return;
    }
    refresh(this.#tx, placed);
    if (placed.place.waits > 0) this.#lend(placed);
  }

  /** Lets the members of a lane lend anew that wait for others, from one of them towards the head. */
  #lendFrom(lane: Lane, sequence: number): void {
    const { gatedUntil } = this.#tx.sql;
    for (let row = gatedUntil.get(lane.entity, lane.principal, sequence); row !== undefined;) {
      const member = placedOf(row);
      // Those ahead of one whose rank is as it was have the rank that they had; the one that changed says nothing.
      if (!this.#lend(member) && member.sequence !== sequence) return;
      row = gatedUntil.get(lane.entity, lane.principal, member.sequence - 1);
    }
  }

  /** @returns whether it lends another rank than before */
  #lend(placed: Placed): boolean {
    const { sql } = this.#tx;
    const rank = effectiveRank(this.#tx, placed);
    if (sql.lentBy.get(placed.sequence)?.[0] === rank) return false;
    sql.lend.run(rank, placed.sequence);
    this.revisit(sql.blockersOf.all(placed.sequence).map(([blocker]) => blocker as number));
    return true;
  }
}

/** The highest rank that its dependents lend to an operation. */
export function lentTo(tx: QueueTransaction, sequence: number): number {
  if (tx.state.data.dependencies === 0) return -Infinity;
  return (tx.sql.highestLent.get(sequence)?.[0] as number | undefined) ?? -Infinity;
}

/** The boost of an operation, after its weight or the one ahead of it changed. */
export function fixBoost(tx: QueueTransaction, placed: Placed): Placed {
  const { sequence, place } = placed;
  const lane = laneIn(placed);
  const previous = lane === undefined ? undefined : tx.laneBefore(lane, sequence);
  const boost = previous !== undefined && place.weight > previous.place.weight ? place.weight : null;
  return boost === place.boost ? placed : tx.move(placed, { boost });
}
