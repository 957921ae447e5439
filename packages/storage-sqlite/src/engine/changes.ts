import type { DiscardOptions, NewOperation, OperationState, StoredOperation } from '@cpc/sync-core';
import {
  checkReplacements,
  ENDED,
  endedReference,
  isTooLong,
  leaseEndAfterSetting,
  mayRequeue,
  outcomeFor,
  replacedProgress,
  requeuedProgress,
  restoredProgress,
  withKnownIds,
} from '@cpc/sync-core/storage-kit';
import { logOf } from './attempt-log.js';
import { entering, originIn, parkReferring, tellParked } from './ended.js';
import { withAllFollowers } from './followers.js';
import { refresh } from './may-go.js';
import { advance, append, remove } from './order.js';
import { placedFromRow, placedOf } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';
import { takePlace } from './settle.js';

/** Makes dead letters, parked and scheduled operations go again at once. */
export function requeue(
  tx: QueueTransaction,
  ids: readonly string[],
  states?: readonly OperationState[],
): readonly string[] {
  return ids.filter((id) => {
    const placed = tx.placedById(id);
    if (placed === undefined) return false;
    const row = tx.row(placed.sequence);
    const state = tx.stateOf(placed);
    if (row === undefined || !mayRequeue({ state, failure: logOf(row).failure }, states)) return false;
    if (endedReference(tx.operation(row), tx) !== undefined) return false;
    advance(tx, placed, (before) => requeuedProgress(before, state));
    return true;
  });
}

/** Removes operations that are not leased. */
export function discard(
  tx: QueueTransaction,
  ids: readonly string[],
  { withFollowers = false, at }: DiscardOptions = {},
): readonly StoredOperation[] {
  const named = [...new Set(ids)].flatMap((id) => tx.placedById(id) ?? []);
  const free = named.filter(({ sequence }) => !tx.isLeased(sequence));
  const all = withFollowers ? withAllFollowers(tx, free) : free.sort((a, b) => a.sequence - b.sequence);
  const gone = all.flatMap(({ sequence }) => {
    const row = tx.row(sequence);
    return row === undefined
      ? []
      : [{ stored: tx.stored(row), origin: originIn(tx, placedFromRow(row), row) }];
  });
  for (const { stored } of gone) {
    const placed = tx.placed(stored.sequence);
    if (placed !== undefined) remove(tx, placed, ENDED);
    tx.tell(stored.id, outcomeFor(stored, 'discarded', { at }));
  }
  // Once all are gone, so that none of them is parked on its way.
  for (const { origin } of gone) parkReferring(tx, origin, at);
  return gone.map(({ stored }) => stored);
}

/** Puts another operation in the place of one that is not leased. */
export function replaceOperation(
  tx: QueueTransaction,
  id: string,
  operation: NewOperation,
  at: number | undefined,
): boolean {
  const row = tx.rowById(id);
  if (row === undefined) return false;
  const placed = placedFromRow(row);
  if (tx.isLeased(placed.sequence)) return false;
  checkReplacements(
    [{ id, kind: 'replace', operation }],
    () => true,
    (other) => tx.isPresent(other),
  );
  if (id !== operation.id) tx.tell(id, outcomeFor(tx.operation(row), 'replaced', { at, into: operation.id }));
  takePlace(tx, placed, operation, replacedProgress(logOf(row).history), at);
  return true;
}

/** Adds operations with their states, attempts and history. */
export function restore(tx: QueueTransaction, operations: readonly StoredOperation[]): readonly string[] {
  return operations.filter((stored) => restoreOne(tx, stored)).map(({ id }) => id);
}

function restoreOne(tx: QueueTransaction, stored: StoredOperation): boolean {
  const operation = withKnownIds(stored, tx, stored.attempted);
  const progress = restoredProgress(stored);
  // What was attempted goes as it went before.
  const entered = stored.attempted ? { progress } : entering(tx, operation, progress);
  if (append(tx, operation, entered.progress) === undefined) return false;
  tellParked(tx, operation, entered, undefined);
  return true;
}

/** The clock was set: no wait is longer than its own length, and no lease shorter than it was. */
export function clampTimes(tx: QueueTransaction, now: number, aheadMs = 0): void {
  for (const placed of tx.sql.delayedBeyond.all(now).map(placedOf)) {
    const { dueAt, delayMs } = placed.place;
    if (isTooLong(dueAt, delayMs, now)) refresh(tx, tx.move(placed, { dueAt: 0, delayMs: 0 }));
  }
  for (const { leaseUntil, leaseMs, items } of tx.leases.groups) {
    const end = leaseEndAfterSetting(leaseUntil, leaseMs, now, aheadMs);
    if (end !== leaseUntil) tx.leases.extend([...items.keys()], end, leaseMs);
  }
}
