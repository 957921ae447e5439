import type { NewOperation, OperationState, StoredOperation } from '@cpc/sync-core';
import {
  checkReplacements,
  isTooLong,
  mayRequeue,
  replacedProgress,
  requeuedProgress,
  restoredProgress,
  withKnownIds,
} from '@cpc/sync-core/storage-kit';
import { logOf } from './attempt-log.js';
import { refresh } from './may-go.js';
import { append, remove } from './order.js';
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
    const state = tx.stateOf(placed);
    if (!mayRequeue(state, states)) return false;
    refresh(
      tx,
      tx.progress(placed, (before) => requeuedProgress(before, state)),
    );
    return true;
  });
}

/** Removes operations that are not leased. */
export function discard(tx: QueueTransaction, ids: readonly string[]): readonly StoredOperation[] {
  return [...new Set(ids)].flatMap((id) => {
    const row = tx.rowById(id);
    if (row === undefined) return [];
    const placed = placedFromRow(row);
    if (tx.isLeased(placed.sequence)) return [];
    const stored = tx.stored(row);
    remove(tx, placed);
    return [stored];
  });
}

/** Puts another operation in the place of one that is not leased. */
export function replaceOperation(tx: QueueTransaction, id: string, operation: NewOperation): boolean {
  const row = tx.rowById(id);
  if (row === undefined) return false;
  const placed = placedFromRow(row);
  if (tx.isLeased(placed.sequence)) return false;
  checkReplacements(
    [{ id, kind: 'replace', operation }],
    () => true,
    (other) => tx.isPresent(other),
  );
  takePlace(tx, placed, operation, replacedProgress(logOf(row).history));
  return true;
}

/** Adds operations with their states, attempts and history. */
export function restore(tx: QueueTransaction, operations: readonly StoredOperation[]): readonly string[] {
  return operations
    .filter((stored) => {
      const operation = withKnownIds(stored, tx, stored.attempted);
      return append(tx, operation, restoredProgress(stored)) !== undefined;
    })
    .map(({ id }) => id);
}

/** The clock was set back: no wait is longer than its own length. */
export function clampTimes(tx: QueueTransaction, now: number): void {
  for (const placed of tx.sql.delayedBeyond.all(now).map(placedOf)) {
    const { dueAt, delayMs } = placed.place;
    if (isTooLong(dueAt, delayMs, now)) refresh(tx, tx.move(placed, { dueAt: 0, delayMs: 0 }));
  }
  for (const { leaseUntil, leaseMs, items } of tx.leases.groups) {
    if (isTooLong(leaseUntil, leaseMs, now)) tx.leases.extend([...items.keys()], now + leaseMs, leaseMs);
  }
}
