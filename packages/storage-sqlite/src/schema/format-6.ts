import type { QueueTables } from './tables.js';

/**
 * What format 6 adds: for each key of a payload codec a text that it encoded, by which the key is known again. A version
 * that does not know it would write under a number what another key wrote, and put good rows aside.
 *
 * `leased` of a record in quarantine: whether it was being sent when it was put aside, and so may have had its effect.
 * Of those of before nobody knows, so they count as sent.
 */
export function createFormat6({ keys, quarantine }: QueueTables): string {
  return `
CREATE TABLE ${keys} (
  key TEXT PRIMARY KEY,
  sealed BLOB NOT NULL,
  checksum INTEGER NOT NULL
) WITHOUT ROWID;
ALTER TABLE ${quarantine} ADD COLUMN leased INTEGER NOT NULL DEFAULT 1;
`;
}
