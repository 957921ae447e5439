import type { Bytes } from '@cpc/sync-core';
import type { KeyCheck } from '@cpc/sync-core/storage-kit';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';
import { ascending } from './damage.js';
import { sealedValues } from './operation-row.js';
import { intactRowIn } from './quarantine.js';
import type { QueueTransaction } from './queue-transaction.js';
import { isIntact } from './row-checksum.js';
import { valueAt, WHOLE } from './selection.js';

const SEED = 0x4b1d;

/** How many rows are read at a time where payloads of a key are looked for. */
const CHUNK = 100;

/** The checks of keys that are kept, and a text that differs where they do. */
export interface KeptChecks {
  readonly checks: readonly KeyCheck[];
  readonly mark: string;
}

/** The checks that are as they were written. */
export function keptChecks(tx: QueueTransaction): KeptChecks {
  const rows = tx.sql.keyChecks.all();
  const mark = rows.map(([key, , checksum]) => `${String(key)} ${String(checksum)}`).join('\n');
  const checks = rows.flatMap(([key, sealed, checksum]) => {
    if (typeof key !== 'string' || !(sealed instanceof Uint8Array)) return [];
    return checksumOf([key, sealed], SEED) === checksum ? [{ key, sealed: ownBytes(sealed) }] : [];
  });
  return { checks, mark };
}

/** Keeps the check of a key, in the place of one that nothing is kept of any more. */
export function keepCheck(tx: QueueTransaction, { key, sealed }: KeyCheck): void {
  tx.sql.keepKeyCheck.run(key, sealed, checksumOf([key, sealed], SEED));
}

/** Some of the payloads that a codec wrote, and where to go on. */
export interface SealedStretch {
  readonly payloads: readonly Bytes[];
  readonly next?: number;
}

/** Those of the operations behind a sequence. */
export function sealedBehind(tx: QueueTransaction, after: number): SealedStretch {
  return stretch(ascending(tx.sql.sealedRows.all(after, CHUNK), after), (row) => [
    valueAt(row, WHOLE.at.sequence),
    isIntact(row) ? row : undefined,
  ]);
}

/** Those of the records in quarantine that a codec was to blame for, not the disk. */
export function sealedAside(tx: QueueTransaction, after: number): SealedStretch {
  return stretch(tx.sql.quarantined.all(after, CHUNK), ([sequence, , , , raw]) => [
    sequence as number,
    intactRowIn(raw as Uint8Array),
  ]);
}

function stretch(
  rows: readonly SqlRow[],
  read: (row: SqlRow) => readonly [sequence: number, row: SqlRow | undefined],
): SealedStretch {
  const found = rows.map(read);
  const values = found.flatMap(([, row]): readonly SqlValue[] =>
    row === undefined ? [] : sealedValues(row),
  );
  const payloads = values.flatMap((value) => (value instanceof Uint8Array ? [ownBytes(value)] : []));
  const next = found.at(-1)?.[0];
  return rows.length < CHUNK || next === undefined ? { payloads } : { payloads, next };
}

function ownBytes(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}
