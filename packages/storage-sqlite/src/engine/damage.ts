import type { SyncFailure } from '@cpc/sync-core';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { valueAt, WHOLE } from './selection.js';

/** A row that is not as it was written. */
export interface DamagedRow {
  readonly sequence: number;
  readonly reason: SyncFailure;
}

/** Rows of the queue that are not as they were written; whoever meets them puts them into quarantine. */
export class DamagedRows extends Error {
  override readonly name = 'DamagedRows';
  readonly rows: readonly [DamagedRow, ...DamagedRow[]];

  constructor(first: DamagedRow, ...others: readonly DamagedRow[]) {
    super(first.reason.message);
    this.rows = [first, ...others];
  }
}

/** SQLite's own structures, its indexes above all, contradict each other. */
export class DamagedIndex extends Error {
  override readonly name = 'DamagedIndex';
}

const FAILS_CHECKSUM: SyncFailure = {
  code: 'STORAGE_DAMAGED',
  message: 'The record fails its checksum: the file was altered outside SQLite.',
};

/** The error for whole rows whose checksums are not those of their values. */
export function failChecksum(first: SqlRow, ...others: readonly SqlRow[]): DamagedRows {
  const damagedRow = (row: SqlRow): DamagedRow => ({
    sequence: valueAt(row, WHOLE.at.sequence),
    reason: FAILS_CHECKSUM,
  });
  return new DamagedRows(damagedRow(first), ...others.map(damagedRow));
}

/**
 * Passes rows on as long as each has a larger sequence than the one before, as their order promises. Where pages point to
 * the wrong place they come again, and whoever goes on behind the last of them would never end.
 *
 * @param after - what the first must be larger than
 * @throws DamagedIndex
 */
export function ascending<Rows extends readonly SqlRow[]>(rows: Rows, after: number): Rows {
  let last = after;
  for (const row of rows) {
    const sequence = valueAt(row, WHOLE.at.sequence);
    if (!(sequence > last)) throw new DamagedIndex();
    last = sequence;
  }
  return rows;
}
