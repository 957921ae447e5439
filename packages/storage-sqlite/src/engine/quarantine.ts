import type { Page, Principals, QuarantinedRecord, SyncFailure } from '@cpc/sync-core';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { type ColumnName, ROW_COLUMNS } from './columns.js';
import { ascending, DamagedIndex, type DamagedRow, failChecksum } from './damage.js';
import type { QueueTransaction } from './queue-transaction.js';
import { rebuild } from './rebuild.js';
import { isIntact } from './row-checksum.js';
import { valueAt, WHOLE } from './selection.js';

/** How many rows are read at a time. */
const CHUNK = 500;

/**
 * Moves damaged rows aside, as they were found.
 *
 * @throws DamagedIndex where none of them can be taken hold of
 */
export function quarantine(tx: QueueTransaction, rows: readonly DamagedRow[]): void {
  const moved = rows.filter((row) => moveAside(tx, row));
  if (moved.length === 0) throw new DamagedIndex();
  // Their own fields are not to be trusted, so counts and lanes are worked out from all the others.
  rebuild(tx);
}

/** Moves all damaged rows aside, and works out what follows from the others. Reads the whole queue. */
export function quarantineAll(tx: QueueTransaction): void {
  for (const row of damagedRows(tx)) moveAside(tx, row);
  rebuild(tx);
}

function damagedRows(tx: QueueTransaction): readonly DamagedRow[] {
  const damaged: SqlRow[] = [];
  for (let after = -Infinity; ;) {
    const rows = ascending(tx.sql.listAll.all(after, null, null, CHUNK), after);
    damaged.push(...rows.filter((row) => !isIntact(row)));
    const last = rows.at(-1);
    if (last === undefined) break;
    after = valueAt(last, WHOLE.at.sequence);
  }
  const [first, ...others] = damaged;
  return first === undefined ? [] : failChecksum(first, ...others).rows;
}

function moveAside(tx: QueueTransaction, { sequence, reason }: DamagedRow): boolean {
  const isFar = !Number.isSafeInteger(sequence);
  const found = isFar ? tx.sql.rawFarRow.get() : tx.sql.rawRow.get(sequence);
  if (found === undefined) return false;
  const columns = rawColumns(found);
  const raw = bytesOf(columns);
  const id = idOf(columns);
  if ((isFar ? tx.sql.removeFar.run() : tx.sql.remove.run(sequence)) === 0) return false;
  const kept = freeSequence(tx, sequence);
  const wasLeased = tx.leases.leaseOn(sequence) !== undefined;
  tx.sql.quarantine.run(kept, id ?? null, reason.code, reason.message, raw, Number(wasLeased));
  tx.leases.release(sequence);
  tx.quarantined.push({ sequence: kept, ...(id !== undefined && { id }), reason, raw });
  return true;
}

/** The sequence itself, where it is one and no other record has it; else a number below all others. */
function freeSequence(tx: QueueTransaction, sequence: number): number {
  if (Number.isSafeInteger(sequence) && tx.sql.isQuarantined.get(sequence) === undefined) return sequence;
  return Math.min(0, Number(tx.sql.firstQuarantined.get()?.[0] ?? 0)) - 1;
}

/** A page of what was put aside. */
export function listQuarantined(
  tx: QueueTransaction,
  { after = -Infinity, limit = 100 }: { readonly after?: number; readonly limit?: number } = {},
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

/** Removes the records of these principals, as far as their bytes still say whose they are. */
export function dropQuarantined(tx: QueueTransaction, principals: Principals): void {
  for (let after: number | undefined = -Infinity; after !== undefined;) {
    const page: Page<QuarantinedRecord> = listQuarantined(tx, { after });
    for (const { sequence, raw } of page.items) {
      const owner = readRaw(raw)?.get('principal');
      if (owner !== undefined && principals.includes(textIn(owner))) tx.sql.removeQuarantined.run(sequence);
    }
    after = page.next;
  }
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

/** The row of a record in quarantine, where it is as it was written: a codec refused it, or memory erred for a moment. */
export function intactRowIn(raw: Uint8Array): SqlRow | undefined {
  const columns = readRaw(raw);
  if (columns === undefined) return undefined;
  const row = ROW_COLUMNS.map((name) => valueIn(columns.get(name)));
  return isIntact(row) ? row : undefined;
}

/** A value as SQLite gave it: its type, and its bytes, which are digits for a number. */
function valueIn(column: RawValue | undefined): SqlValue {
  const text = column && textIn(column);
  if (column === undefined || text === undefined) return null;
  switch (column.type) {
    case 'integer':
    case 'real':
      return Number(text);
    case 'blob':
      return column.bytes as Uint8Array;
    default:
      return text;
  }
}

/** The columns of a record in quarantine; `undefined` where its bytes are damaged as well. */
function readRaw(raw: Uint8Array): ReadonlyMap<ColumnName, RawValue> | undefined {
  try {
    const shown = JSON.parse(new TextDecoder().decode(raw)) as Record<
      ColumnName,
      { type: string; bytes: string | null }
    >;
    return new Map(
      ROW_COLUMNS.map((name) => [name, { type: shown[name].type, bytes: unhex(shown[name].bytes) }]),
    );
  } catch {
    return undefined;
  }
}

function idOf(columns: ReadonlyMap<ColumnName, RawValue>): string | undefined {
  const id = columns.get('id');
  return id && textIn(id);
}

/** The bytes of a column as text; `undefined` where it has none. */
function textIn({ bytes }: RawValue): string | undefined {
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : undefined;
}

function unhex(text: string | null): Uint8Array | null {
  if (text === null) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function hex(value: SqlValue | undefined): string | null {
  if (!(value instanceof Uint8Array)) return null;
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
