import type { SqlRow } from '../drivers/sqlite-driver.js';
import { ascending, DamagedRows } from '../engine/damage.js';
import type { QueueTransaction } from '../engine/queue-transaction.js';
import { valueAt, WHOLE } from '../engine/selection.js';
import type { DamagedRecord } from './records.js';

/** One stretch of rows that were looked at. */
export interface CheckedRows {
  readonly checked: number;
  readonly damaged: readonly DamagedRecord[];
  /** Pass as `after` for the next stretch; absent at the end. */
  readonly next?: number;
}

/** Checks and reads each row of a stretch. */
export function checkRows(tx: QueueTransaction, after: number, limit: number): CheckedRows {
  const rows = ascending(tx.sql.listAll.all(after, null, null, limit), after);
  const last = rows.at(-1);
  return {
    checked: rows.length,
    damaged: rows.flatMap((row) => damageOf(tx, row) ?? []),
    ...(rows.length === limit && last !== undefined && { next: valueAt(last, WHOLE.at.sequence) }),
  };
}

function damageOf(tx: QueueTransaction, row: SqlRow): DamagedRecord | undefined {
  try {
    tx.stored(tx.checked(row));
    return undefined;
  } catch (error) {
    const [sequence, id] = [valueAt(row, WHOLE.at.sequence), valueAt(row, WHOLE.at.id)];
    const reason =
      error instanceof DamagedRows
        ? error.rows[0].reason
        : { code: 'STORAGE_DAMAGED', message: 'The record has the right checksum and cannot be read.' };
    return { sequence, ...(typeof id === 'string' && { id }), reason };
  }
}
