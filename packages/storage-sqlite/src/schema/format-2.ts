import type { QueueTables } from './tables.js';

/**
 * What format 2 adds: what became of the latest ids, so that a repeated `enqueue` brings nothing back.
 *
 * One row for each transaction, not for each id, so that remembering costs one append. `number` is how many ids
 * were remembered ever, up to and with this row; `mark` is a checksum over `before`, the mark of the row before,
 * and `ids`. Who has read up to a number and a mark reads on from there, and notices if another history, such as
 * that of a transaction that was rolled back, led to the same number.
 */
export function createFormat2(t: QueueTables): string {
  return `
CREATE TABLE ${t.past} (
  number INTEGER PRIMARY KEY,
  ids TEXT NOT NULL,
  before INTEGER NOT NULL,
  mark INTEGER NOT NULL
);
`;
}
