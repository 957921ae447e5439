import { isSyncError, type NewOperation, type StoredOperation, type SyncFailure } from '@cpc/sync-core';
import { withKnownIds } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { logOf } from './attempt-log.js';
import { entering, tellParked } from './ended.js';
import { operationOf } from './operation-row.js';
import { enter } from './order.js';
import { progressOf } from './place.js';
import { placedFromRow } from './place-row.js';
import { intactRowIn } from './quarantine.js';
import type { QueueTransaction } from './queue-transaction.js';
import { rebuild } from './rebuild.js';
import { get } from './reads.js';
import { valueAt, WHOLE } from './selection.js';

/** How many records one transaction reads again. */
const CHUNK = 500;

/** What came of one stretch of the quarantine, and where to go on. */
export interface Reread {
  readonly restored: readonly StoredOperation[];
  readonly next?: number;
}

/** Reads a stretch of the quarantine again, and brings back what can be read now. */
export function rereadSome(tx: QueueTransaction, after: number): Reread {
  const records = tx.sql.rereadable.all(after, CHUNK);
  const found = records.map(([sequence, raw, leased]) => ({
    kept: sequence as number,
    row: intactRowIn(raw as Uint8Array),
    wasLeased: leased === 1,
  }));
  const readable = found.flatMap(({ row, ...rest }) => (row === undefined ? [] : [{ row, ...rest }]));
  tx.expect(readable.map(({ row }) => row));
  const ids = readable.flatMap(({ kept, row, wasLeased }) => bringBack(tx, kept, row, wasLeased) ?? []);
  // What depends on them waits for them again.
  if (ids.length > 0) rebuild(tx);
  const restored = ids.flatMap((id) => get(tx, id) ?? []);
  const next = found.at(-1)?.kept;
  return records.length < CHUNK || next === undefined ? { restored } : { restored, next };
}

/** @returns the id of what is back in the queue */
function bringBack(tx: QueueTransaction, kept: number, row: SqlRow, wasLeased: boolean): string | undefined {
  const { sequence, place, id } = placedFromRow(row);
  if (!Number.isSafeInteger(sequence) || sequence < 1 || tx.sql.kindOf.get(sequence) !== undefined)
    return undefined;
  if (tx.isPresent(id) || tx.fateOf(id) !== undefined) {
    note(tx, kept, TAKEN);
    return undefined;
  }
  const read = reading(tx, row);
  if ('failure' in read) {
    note(tx, kept, read.failure);
    return undefined;
  }
  const attempted = place.attempted || wasLeased;
  const operation = withKnownIds(read.operation, tx, attempted);
  const progress = { ...progressOf(place, logOf(row)), attempted };
  const entered = attempted ? { progress } : entering(tx, operation, progress);
  tx.sql.removeQuarantined.run(kept);
  tx.state.data.sequence = Math.max(tx.state.data.sequence, valueAt(row, WHOLE.at.sequence));
  enter(tx, sequence, operation, entered.progress);
  tellParked(tx, operation, entered, undefined);
  return id;
}

const TAKEN: SyncFailure = {
  code: 'OPERATION_ID_REUSED',
  message: 'The id was enqueued again while the record was in quarantine.',
};

function reading(
  tx: QueueTransaction,
  row: SqlRow,
): { readonly operation: NewOperation } | { readonly failure: SyncFailure } {
  try {
    return { operation: operationOf(row, tx.seal) };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return { failure: { code: error.code, message: error.message } };
  }
}

/** Says anew why a record is in quarantine. */
function note(tx: QueueTransaction, sequence: number, { code, message }: SyncFailure): void {
  tx.sql.noteQuarantined.run(code, message, sequence);
}
