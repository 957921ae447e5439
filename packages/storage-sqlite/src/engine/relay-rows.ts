import type { SqliteDriver, SqlRow } from '../drivers/sqlite-driver.js';
import type { QueueTables } from '../schema/tables.js';
import { isIntact } from './row-checksum.js';
import { valueAt, WHOLE } from './selection.js';
import type { Statements } from './statements.js';

/** How many rows are read at a time. */
const CHUNK = 500;

/**
 * Lays the table of the operations anew where a page leads past some of its rows: they are met on the way through the
 * table, so that they are claimed and sent, and cannot be found by their keys, so that they can be neither settled nor
 * deleted. That the way through it is in order, and each row as it was written, shows that no page is met twice and none
 * is another table's; else nothing is touched.
 */
export function relayRows(
  driver: SqliteDriver,
  { operations }: Pick<QueueTables, 'operations'>,
  sql: Pick<Statements, 'unreachable'>,
): void {
  if (sql.unreachable.get() === undefined) return;
  const copy = `temp.${operations}_met`;
  driver.exec(`CREATE TABLE ${copy} AS SELECT ${WHOLE.sql} FROM ${operations} NOT INDEXED`);
  try {
    if (!isTrustworthy(driver, copy)) return;
    driver.exec(`DELETE FROM ${operations}`);
    driver.exec(`INSERT INTO ${operations} (${WHOLE.sql}) SELECT ${WHOLE.sql} FROM ${copy} ORDER BY rowid`);
  } finally {
    driver.exec(`DROP TABLE ${copy}`);
  }
}

/** Whether a copy, which keeps the order in which its rows were met, is a queue's rows and nothing else. */
function isTrustworthy(driver: SqliteDriver, copy: string): boolean {
  const stretch = driver.prepare(
    `SELECT ${WHOLE.sql} FROM ${copy} WHERE rowid > ? AND rowid <= ? ORDER BY rowid`,
  );
  let last = -Infinity;
  const isNext = (row: SqlRow): boolean => {
    const before = last;
    last = valueAt(row, WHOLE.at.sequence);
    return last > before && isIntact(row);
  };
  for (let after = 0; ; after += CHUNK) {
    const rows = stretch.all(after, after + CHUNK);
    if (rows.length === 0) return true;
    if (!rows.every(isNext)) return false;
  }
}
