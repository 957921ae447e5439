import type { Page, QuarantinedRecord, SyncFailure } from '@cpc/sync-core';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { type ColumnName, ROW_COLUMNS } from './columns.js';
import type { DamagedRow, QueueTransaction } from './queue-transaction.js';
import { rebuild } from './rebuild.js';

/** Moves a damaged row aside, as it was found. */
export function quarantine(tx: QueueTransaction, { sequence, reason }: DamagedRow): void {
  const found = tx.sql.rawRow.get(sequence);
  if (found === undefined) return;
  const columns = rawColumns(found);
  const raw = bytesOf(columns);
  const id = idOf(columns);
  tx.sql.quarantine.run(sequence, id ?? null, reason.code, reason.message, raw);
  tx.sql.remove.run(sequence);
  tx.state.data.dependencies -= tx.sql.removeBlockers.run(sequence);
  tx.state.data.references -= tx.sql.removeReferences.run(sequence);
  tx.leases.release(sequence);
  // Its own fields are not to be trusted, so counts and lanes are worked out from all the others.
  rebuild(tx);
  tx.quarantined.push({ sequence, ...(id !== undefined && { id }), reason, raw });
}

/** A page of what was put aside. */
export function listQuarantined(
  tx: QueueTransaction,
  { after = 0, limit = 100 }: { readonly after?: number; readonly limit?: number } = {},
): Page<QuarantinedRecord> {
  const rows = tx.sql.quarantined.all(after, limit + 1);
  const items = rows.slice(0, limit).map(([sequence, id, code, message, raw]): QuarantinedRecord => {
    const reason: SyncFailure = { code: code as string, message: message as string };
    return {
      sequence: sequence as number,
      ...(id !== null && { id: id as string }),
      reason,
      raw: raw as Uint8Array,
    };
  });
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: last.sequence } : { items };
}

/** A column of a row as SQLite keeps it. */
interface RawValue {
  readonly type: SqlValue | undefined;
  readonly bytes: SqlValue | undefined;
}

/** The columns of a row of `rawRow`, which gives a type and bytes for each. */
function rawColumns(found: SqlRow): ReadonlyMap<ColumnName, RawValue> {
  const values = found.values();
  const next = (): SqlValue | undefined => values.next().value;
  return new Map(ROW_COLUMNS.map((name) => [name, { type: next(), bytes: next() }]));
}

/** The row as JSON: for each column its type and its bytes in hexadecimal, as SQLite gave them. */
function bytesOf(columns: ReadonlyMap<ColumnName, RawValue>): Uint8Array {
  const shown = Array.from(columns, ([name, { type, bytes }]) => [name, { type, bytes: hex(bytes) }]);
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(shown)));
}

function idOf(columns: ReadonlyMap<ColumnName, RawValue>): string | undefined {
  const bytes = columns.get('id')?.bytes;
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : undefined;
}

function hex(value: SqlValue | undefined): string | null {
  if (!(value instanceof Uint8Array)) return null;
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
