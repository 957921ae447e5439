import type { NewOperation, SyncFailure } from '@cpc/sync-core';
import {
  endedReference,
  originOf,
  outcomeFor,
  parkedProgress,
  type Progress,
  referenceEnded,
} from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { refresh } from './may-go.js';
import { linksOf } from './operation-row.js';
import type { Placed } from './place.js';
import { placedFromRow } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';

/** An operation that enters the queue or takes a place. */
export interface Entering {
  readonly progress: Progress;
  /** Why it is parked, where it mentions a thing that never came to be. */
  readonly parked?: SyncFailure;
}

/** The progress with which an operation enters: parked, unless it is held already, where it mentions what has ended. */
export function entering(tx: QueueTransaction, operation: NewOperation, progress: Progress): Entering {
  if (operation.references.length === 0 || progress.hold !== undefined) return { progress };
  const ended = endedReference(operation, tx);
  if (ended === undefined) return { progress };
  const parked = referenceEnded(ended);
  return { progress: parkedProgress(progress, parked), parked };
}

/** Keeps that an operation was parked as it entered. */
export function tellParked(
  tx: QueueTransaction,
  operation: NewOperation,
  { parked }: Entering,
  at: number | undefined,
): void {
  if (parked !== undefined) tx.tell(operation.id, outcomeFor(operation, 'parked', { at, failure: parked }));
}

/** The id under which others know what an operation creates; nobody does where nothing mentions anything. */
export function originIn(tx: QueueTransaction, placed: Placed, row?: SqlRow): string {
  if (tx.state.data.references === 0) return placed.id;
  const found = row ?? tx.row(placed.sequence);
  return found === undefined ? placed.id : originOf(tx.operation(found));
}

/** Parks what mentions a thing that has just ended, unless it is held or being sent. */
export function parkReferring(tx: QueueTransaction, temporaryId: string, at: number | undefined): void {
  if (tx.state.data.references === 0) return;
  for (const [sequence] of tx.sql.referring.all(temporaryId)) {
    const placed = tx.placed(sequence as number);
    const state = placed && tx.stateOf(placed);
    if (placed === undefined || (state !== 'waiting' && state !== 'scheduled' && state !== 'blocked'))
      continue;
    const row = tx.row(placed.sequence);
    const ended = row && endedReference(linksOf(row), tx);
    if (ended !== undefined) parkFor(tx, row as SqlRow, ended, at);
  }
}

/** Parks an operation, of which this is the row, for the end of what it mentions. */
export function parkFor(tx: QueueTransaction, row: SqlRow, ended: string, at: number | undefined): void {
  const placed = placedFromRow(row);
  const failure = referenceEnded(ended);
  refresh(
    tx,
    tx.progress(placed, (before) => parkedProgress(before, failure)),
  );
  tx.tell(placed.id, outcomeFor(tx.operation(row), 'parked', { at, failure }));
}
