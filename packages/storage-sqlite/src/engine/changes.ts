import type { NewOperation, OperationState, StoredOperation } from '@cpc/sync-core';
import { followSuccessors } from '@cpc/sync-core/storage-kit';
import { withKnownIds } from './enqueue.js';
import { logOf } from './attempt-log.js';
import { clamp } from './clamp.js';
import { HOLD, placedFromRow, placedOf } from './place.js';
import { append, freshProgress, type Progress, refresh, remove } from './order.js';
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
    const state = placed && tx.stateOf(placed);
    if (placed === undefined || (state !== 'deadLetter' && state !== 'parked' && state !== 'scheduled'))
      return false;
    if (states !== undefined && !states.includes(state)) return false;
    const attempts = state === 'scheduled' ? placed.place.attempts : 0;
    const change = { attempts, hold: HOLD.none, dueAt: 0, delayMs: 0 };
    refresh(
      tx,
      tx.progress(placed, change, ({ history }) => ({ history, failure: undefined })),
    );
    return true;
  });
}

/** Removes operations that are not leased. */
export function discard(tx: QueueTransaction, ids: readonly string[]): readonly StoredOperation[] {
  return [...new Set(ids)].flatMap((id) => {
    const sequence = tx.sequenceOf(id);
    const row = sequence === undefined ? undefined : tx.row(sequence);
    if (row === undefined || tx.isLeased(row[0] as number)) return [];
    const stored = tx.stored(row);
    remove(tx, placedFromRow(row));
    return [stored];
  });
}

/** Puts another operation in the place of one that is not leased. */
export function replaceOperation(tx: QueueTransaction, id: string, operation: NewOperation): boolean {
  const sequence = tx.sequenceOf(id);
  const row = sequence === undefined ? undefined : tx.row(sequence);
  if (row === undefined || tx.isLeased(row[0] as number)) return false;
  takePlace(tx, placedFromRow(row), operation, logOf(row).history);
  return true;
}

/** Adds operations with their states, attempts and history. */
export function restore(tx: QueueTransaction, operations: readonly StoredOperation[]): readonly string[] {
  return operations
    .filter((stored) => {
      const operation = stored.attempted ? followSuccessors(stored, tx) : withKnownIds(tx, stored);
      return append(tx, operation, progressOf(stored)) !== undefined;
    })
    .map(({ id }) => id);
}

function progressOf(stored: StoredOperation): Progress {
  const { state, attempts, attempted, history, failure } = stored;
  const isScheduled = state === 'scheduled';
  const dueAt =
    state === 'blocked' ? freshProgress(stored).dueAt : isScheduled ? Math.max(1, clamp(stored.dueAt)) : 0;
  return {
    attempts: clamp(attempts),
    attempted,
    hold: state === 'parked' || state === 'deadLetter' ? HOLD[state] : HOLD.none,
    dueAt,
    delayMs: isScheduled ? clamp(stored.delayMs) : 0,
    log: { history, failure },
  };
}

/** The clock was set back: no wait is longer than its own length. */
export function clampTimes(tx: QueueTransaction, now: number): void {
  for (const row of tx.sql.delayedBeyond.all(now)) {
    refresh(tx, tx.move(placedOf(row), { dueAt: 0, delayMs: 0 }));
  }
  for (const { leaseUntil, leaseMs, items } of tx.leases.groups) {
    if (leaseUntil > now + leaseMs) tx.leases.extend([...items.keys()], now + leaseMs, leaseMs);
  }
}
