import type { StoredOperation } from '@cpc/sync-core';
import { laneIn } from './lane.js';
import { originIn } from './ended.js';
import type { Placed } from './place.js';
import type { QueueTransaction } from './queue-transaction.js';

/** Those that wait for an operation directly: behind it in its lane, where it is the head, then its dependents. */
export function followersOf(tx: QueueTransaction, id: string, limit = 100): readonly StoredOperation[] {
  const placed = tx.placedById(id);
  if (placed === undefined) return [];
  const found = new Set<number>();
  const lane = laneIn(placed);
  if (lane !== undefined && tx.laneHead(lane)?.sequence === placed.sequence) {
    let next = tx.laneAfter(lane, placed.sequence);
    while (next !== undefined && found.size < limit) {
      found.add(next.sequence);
      next = tx.laneAfter(lane, next.sequence);
    }
  }
  const dependents = tx.sql.dependentsOf.all(placed.sequence).map(([sequence]) => sequence as number);
  for (const sequence of dependents.sort((a, b) => a - b)) found.add(sequence);
  return [...found].slice(0, limit).flatMap((sequence) => {
    const row = tx.row(sequence);
    return row === undefined ? [] : [tx.stored(row)];
  });
}

/** The id of what holds an operation and goes no further by itself; `undefined` where there is none. */
export function holderOf(tx: QueueTransaction, sequence: number): string | undefined {
  const { parked, deadLetter } = tx.state.data.byState;
  // Most queues hold nothing that holds others, and need not be searched for it.
  const placed = parked + deadLetter === 0 ? undefined : tx.placed(sequence);
  if (placed === undefined) return undefined;
  const lane = laneIn(placed);
  const head = lane === undefined ? undefined : tx.laneHead(lane);
  if (head !== undefined && head.sequence !== sequence && isHolder(tx, head)) return head.id;
  return blockersIn(tx, placed).find((blocker) => isHolder(tx, blocker))?.id;
}

/** What an operation depends on, in the order in which it names them. */
function blockersIn(tx: QueueTransaction, { sequence, place }: Placed): readonly Placed[] {
  if (place.waits === 0) return [];
  const row = tx.row(sequence);
  if (row === undefined) return [];
  return tx.operation(row).dependsOn.flatMap((id) => {
    const blocker = tx.placedById(id);
    const isWaitedFor = blocker && tx.sql.dependency.get(blocker.sequence, sequence) !== undefined;
    return isWaitedFor ? [blocker] : [];
  });
}

function isHolder(tx: QueueTransaction, placed: Placed): boolean {
  const state = tx.stateOf(placed);
  return state === 'parked' || state === 'deadLetter';
}

/** The next of its lane that is not being sent. */
function behindInLane(tx: QueueTransaction, placed: Placed): Placed | undefined {
  const lane = laneIn(placed);
  let behind = lane && tx.laneAfter(lane, placed.sequence);
  while (lane !== undefined && behind !== undefined && tx.isLeased(behind.sequence))
    behind = tx.laneAfter(lane, behind.sequence);
  return behind;
}

/** The operations with all that waits for them and all that mentions them, but for what is being sent. */
export function withAllFollowers(tx: QueueTransaction, placed: readonly Placed[]): readonly Placed[] {
  const found = new Map(placed.map((one) => [one.sequence, one]));
  const add = (one: Placed | undefined): void => {
    if (one !== undefined && !tx.isLeased(one.sequence) && !found.has(one.sequence))
      found.set(one.sequence, one);
  };
  // The map grows while it is walked, until everything that follows has been seen.
  for (const one of found.values()) {
    add(behindInLane(tx, one));
    for (const [sequence] of tx.sql.dependentsOf.all(one.sequence)) add(tx.placed(sequence as number));
    if (tx.state.data.references === 0) continue;
    for (const [sequence] of tx.sql.referring.all(originIn(tx, one))) add(tx.placed(sequence as number));
  }
  return [...found.values()].sort((a, b) => a.sequence - b.sequence);
}
