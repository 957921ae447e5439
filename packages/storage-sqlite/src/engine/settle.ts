import type {
  AttemptRecord,
  IdAssignment,
  NewOperation,
  Settlement,
  SettleResult,
  VersionChange,
} from '@cpc/sync-core';
import {
  checkReplacements,
  followSuccessors,
  isMovable,
  laneOf,
  MOVED_FOLLOWERS,
  type Progress,
  REMEMBERED_ASSIGNMENTS,
  replacedProgress,
  settledProgress,
  withAssignment,
  withVersion,
} from '@cpc/sync-core/storage-kit';
import { type Lane, laneIn } from './lane.js';
import type { LeasedItem } from './lease-book.js';
import { logOf } from './attempt-log.js';
import { type Placed, progressOf } from './place.js';
import { refresh, refreshHead } from './may-go.js';
import { exchange, remove, settleLane } from './order.js';
import type { QueueTransaction } from './queue-transaction.js';
import { runsOf } from './runs.js';

/** Settles what `token` still holds. */
export function settle(
  tx: QueueTransaction,
  token: number,
  settlements: readonly Settlement[],
): readonly SettleResult[] {
  const held = tx.leases.heldBy(token);
  checkReplacements(
    settlements,
    (id) => held.has(id),
    (id) => tx.isPresent(id),
  );
  const settled = new Map<LeasedItem, Settlement>();
  const results = settlements.map((settlement): SettleResult => {
    const item = held.get(settlement.id);
    if (item === undefined || settled.has(item)) return 'stale';
    settled.set(item, settlement);
    return 'settled';
  });
  const { dependencies, references } = tx.state.data;
  if (dependencies === 0 && references === 0 && [...settled.values()].every(isPlainRemoval)) {
    removeAll(tx, [...settled.keys()]);
  } else {
    for (const [item, settlement] of settled) settleOne(tx, item, settlement);
  }
  return results;
}

/** Extends what `token` still holds. */
export function renew(
  tx: QueueTransaction,
  token: number,
  ids: readonly string[],
  leaseUntil: number,
  leaseMs: number,
): readonly string[] {
  const held = tx.leases.heldBy(token);
  const items = ids.map((id) => held.get(id)).filter((item) => item !== undefined);
  tx.leases.extend(
    items.map(({ sequence }) => sequence),
    leaseUntil,
    leaseMs,
  );
  return ids.filter((id) => held.has(id));
}

function isPlainRemoval(settlement: Settlement): boolean {
  return settlement.kind === 'remove' && settlement.assign === undefined && settlement.version === undefined;
}

/** The common end: all were acknowledged and nothing mentions them. Neighbours leave in one statement. */
function removeAll(tx: QueueTransaction, items: readonly LeasedItem[]): void {
  const sorted = [...items].sort((a, b) => a.sequence - b.sequence);
  for (const [first, last] of runsOf(sorted.map(({ sequence }) => sequence)))
    tx.sql.removeRun.run(first, last);
  const lanes = new Map<string | undefined, readonly [Lane, last: number]>();
  for (const item of sorted) {
    const { sequence, id, priority } = item;
    tx.leases.release(sequence);
    tx.leave(id, null);
    tx.state.removed('leased', priority);
    const lane = laneIn(item);
    if (lane !== undefined) lanes.set(laneOf(item), [lane, sequence]);
  }
  for (const [lane, last] of lanes.values()) refreshAfter(tx, lane, last);
}

/** Usually the head left and the next takes its place; what left from the middle takes more care. */
function refreshAfter(tx: QueueTransaction, lane: Lane, lastGone: number): void {
  const isOvertaken = tx.laneBefore(lane, lastGone) !== undefined;
  if (isOvertaken) settleLane(tx, lane, lastGone);
  else refreshHead(tx, lane);
}

function settleOne(tx: QueueTransaction, item: LeasedItem, settlement: Settlement): void {
  const placed = tx.release(item.sequence);
  if (placed === undefined) return;
  switch (settlement.kind) {
    case 'remove':
      if (settlement.version !== undefined) moveFollowers(tx, placed, settlement.version);
      remove(tx, placed);
      if (settlement.assign !== undefined) assign(tx, settlement.assign);
      break;
    case 'replace':
      replace(tx, placed, settlement.operation, settlement.attempt);
      break;
    default:
      refresh(
        tx,
        tx.progress(placed, (before) => settledProgress(before, settlement)),
      );
  }
}

function replace(
  tx: QueueTransaction,
  placed: Placed,
  operation: NewOperation,
  attempt: AttemptRecord | undefined,
): void {
  const row = tx.row(placed.sequence);
  if (row !== undefined) takePlace(tx, placed, operation, replacedProgress(logOf(row).history, attempt));
}

/** Puts another operation in the place of one. */
export function takePlace(
  tx: QueueTransaction,
  placed: Placed,
  operation: NewOperation,
  progress: Progress,
): void {
  tx.leave(placed.id, operation.id);
  exchange(tx, placed, followSuccessors(operation, tx), progress);
}

/** Puts what was made on top of the same version on top of the new one. */
function moveFollowers(tx: QueueTransaction, settled: Placed, version: VersionChange): void {
  const lane = laneIn(settled);
  if (lane === undefined) return;
  let next = tx.laneAfter(lane, settled.sequence);
  for (let left = MOVED_FOLLOWERS; left > 0 && next !== undefined; left--) {
    const { principal } = next;
    const attempted = tx.isAttempted(next);
    if (isMovable({ attempted, principal: principal ?? undefined }, settled.principal ?? undefined))
      rewrite(tx, next, (operation) => withVersion(operation, version));
    next = tx.laneAfter(lane, next.sequence);
  }
}

/** Puts a permanent id in the place of a temporary one, in all that was never attempted. */
function assign(tx: QueueTransaction, assignment: IdAssignment): void {
  const { from, to } = assignment;
  const number = ++tx.state.data.assignments;
  tx.sql.assign.run(number, from, to);
  tx.sql.forgetAssignments.run(number - REMEMBERED_ASSIGNMENTS);
  for (const [sequence] of tx.sql.referring.all(from)) {
    const placed = tx.placed(sequence as number);
    if (placed === undefined) continue;
    const attempted = tx.isAttempted(placed);
    rewrite(tx, placed, (operation) => withAssignment(operation, attempted, assignment));
  }
}

/** Changes an operation as far as it had come; nothing is written where it stays the same. */
export function rewrite(
  tx: QueueTransaction,
  placed: Placed,
  change: (operation: NewOperation) => NewOperation,
): void {
  const row = tx.row(placed.sequence);
  if (row === undefined) return;
  const operation = tx.operation(row);
  const changed = change(operation);
  if (changed !== operation) exchange(tx, placed, changed, progressOf(placed.place, logOf(row)));
}
