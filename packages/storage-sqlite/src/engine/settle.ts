import type {
  IdAssignment,
  NewOperation,
  NewOutcome,
  Settlement,
  SettleResult,
  VersionChange,
} from '@cpc/sync-core';
import {
  checkReplacements,
  followSuccessors,
  isMovable,
  isEnd,
  laneOf,
  mayTakeMeaning,
  MOVED_FOLLOWERS,
  SUPERSEDING_FOLLOWERS,
  supersededBy,
  type Progress,
  replacedProgress,
  settledProgress,
  withAssignment,
  withVersion,
  ENDED,
  isFreed,
  requeuedProgress,
} from '@cpc/sync-core/storage-kit';
import type { LeasedItem } from './lease-book.js';
import { logOf } from './attempt-log.js';
import { keepAssignment } from './assignments.js';
import { entering, originIn, parkReferring, tellParked } from './ended.js';
import { type Lane, laneIn } from './lane.js';
import { HOLD, type Placed, progressOf } from './place.js';
import { freeHead, refreshHead } from './may-go.js';
import { advance, exchange, remove, settleLane, writeContent } from './order.js';
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
    for (const { id, outcome } of settled.values()) if (outcome !== undefined) tx.tell(id, outcome);
    removeAll(tx, [...settled.keys()]);
    return results;
  }
  const superseded = new Set<Settlement>();
  for (const [item, settlement] of settled) {
    if (settleOne(tx, item, settlement)) superseded.add(settlement);
    freeHead(tx, item);
  }
  if (superseded.size === 0) return results;
  return results.map((result, at) => (superseded.has(settlements[at] as Settlement) ? 'superseded' : result));
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
  if (settlement.kind !== 'remove' || isEnd(settlement.outcome)) return false;
  return settlement.assign === undefined && settlement.version === undefined;
}

/** The common end: all were acknowledged and nothing mentions them. Neighbours leave in one statement. */
function removeAll(tx: QueueTransaction, items: readonly LeasedItem[]): void {
  const sorted = [...items].sort((a, b) => a.sequence - b.sequence);
  let removed = 0;
  for (const [first, last] of runsOf(sorted.map(({ sequence }) => sequence)))
    removed += tx.sql.removeRun.run(first, last);
  if (removed < sorted.length) for (const item of sorted) tx.checkGone(item);
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

/** @returns whether the operation left the queue as superseded instead of being held */
function settleOne(tx: QueueTransaction, item: LeasedItem, settlement: Settlement): boolean {
  const placed = tx.release(item.sequence);
  if (placed === undefined) {
    tx.checkGone(item);
    return false;
  }
  const { outcome } = settlement;
  const into = settlement.kind === 'hold' ? supersedingOf(tx, placed, settlement) : undefined;
  if (into !== undefined) {
    end(tx, placed, outcome && supersededBy(into, outcome));
    return true;
  }
  if (outcome !== undefined && settlement.kind !== 'remove') tx.tell(placed.id, outcome);
  switch (settlement.kind) {
    case 'remove':
      settleRemoval(tx, placed, settlement);
      break;
    case 'replace':
      replace(tx, placed, settlement.operation, settlement);
      break;
    default:
      advance(tx, placed, (before) => settledProgress(before, settlement), isSkipped(settlement));
  }
  return false;
}

function isSkipped(settlement: Settlement): boolean {
  return (
    settlement.kind === 'hold' && settlement.state === 'deadLetter' && settlement.afterFailure === 'skip'
  );
}

function settleRemoval(
  tx: QueueTransaction,
  placed: Placed,
  { outcome, version, assign: assignment }: Extract<Settlement, { kind: 'remove' }>,
): void {
  if (isEnd(outcome)) {
    end(tx, placed, outcome);
    return;
  }
  if (version !== undefined) moveFollowers(tx, placed, version);
  remove(tx, placed);
  if (outcome !== undefined) tx.tell(placed.id, outcome);
  if (assignment !== undefined) assign(tx, assignment);
}

/** It leaves undelivered, and what it would have made never comes to be. */
function end(tx: QueueTransaction, placed: Placed, outcome: NewOutcome | undefined): void {
  const origin = originIn(tx, placed);
  remove(tx, placed, ENDED);
  if (outcome !== undefined) tx.tell(placed.id, outcome);
  parkReferring(tx, origin, outcome?.at);
}

/** The id of the one behind an operation that takes its meaning, where its settlement lets it. */
function supersedingOf(
  tx: QueueTransaction,
  placed: Placed,
  { state, afterFailure }: Extract<Settlement, { kind: 'hold' }>,
): string | undefined {
  const lane = laneIn(placed);
  if (state !== 'deadLetter' || afterFailure !== 'supersede' || lane === undefined) return undefined;
  if (tx.sql.dependentsOf.get(placed.sequence) !== undefined) return undefined;
  const failed = nameOf(tx, placed);
  let next = tx.laneAfter(lane, placed.sequence);
  for (let left = SUPERSEDING_FOLLOWERS; left > 0 && next !== undefined; left--) {
    if (mayTakeMeaning(nameOf(tx, next), failed)) return next.id;
    next = tx.laneAfter(lane, next.sequence);
  }
  return undefined;
}

function nameOf(
  tx: QueueTransaction,
  { sequence, principal }: Placed,
): { readonly kind: string; readonly principal: string | undefined } {
  return { kind: String(tx.sql.kindOf.get(sequence)?.[0]), principal: principal ?? undefined };
}

function replace(
  tx: QueueTransaction,
  placed: Placed,
  operation: NewOperation,
  { attempt, outcome }: Settlement,
): void {
  const row = tx.row(placed.sequence);
  if (row !== undefined)
    takePlace(tx, placed, operation, replacedProgress(logOf(row).history, attempt), outcome?.at);
}

/** Puts another operation in the place of one. */
export function takePlace(
  tx: QueueTransaction,
  placed: Placed,
  operation: NewOperation,
  progress: Progress,
  at: number | undefined,
): void {
  tx.leave(placed.id, operation.id);
  const known = followSuccessors(operation, tx);
  const entered = entering(tx, known, progress);
  exchange(tx, placed, known, entered.progress);
  tellParked(tx, known, entered, at);
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
      moveOne(tx, next, version);
    next = tx.laneAfter(lane, next.sequence);
  }
}

function moveOne(tx: QueueTransaction, placed: Placed, version: VersionChange): void {
  const row = tx.row(placed.sequence);
  if (row === undefined) return;
  const operation = tx.operation(row);
  const moved = withVersion(operation, version);
  if (moved !== operation) writeContent(tx, placed, row, moved);
}

/** Puts a permanent id in the place of a temporary one, in all that was never attempted. */
function assign(tx: QueueTransaction, assignment: IdAssignment): void {
  keepAssignment(tx, assignment);
  for (const [sequence] of tx.sql.referring.all(assignment.from)) {
    const placed = tx.placed(sequence as number);
    if (placed === undefined) continue;
    const attempted = tx.isAttempted(placed);
    rewrite(tx, placed, (operation) => withAssignment(operation, attempted, assignment));
    freeParked(tx, placed.sequence);
  }
}

/** Frees what was parked for a thing that it mentions no more. */
function freeParked(tx: QueueTransaction, sequence: number): void {
  const placed = tx.placed(sequence);
  if (placed?.place.hold !== HOLD.parked) return;
  const row = tx.row(sequence);
  const failure = row && logOf(row).failure;
  if (row === undefined || failure === undefined || !isFreed(tx.operation(row), failure, tx)) return;
  advance(tx, placed, (before) => requeuedProgress(before, 'parked'));
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
