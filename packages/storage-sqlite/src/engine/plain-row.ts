import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { ROW_COLUMNS } from './row-columns.js';

/**
 * The columns that few operations use, and what they hold for all others. A row in which each of them holds that is
 * plain: it is written and read without them. What a row costs is above all what its values cost, one by one.
 */
const UNUSED: { readonly [Column in (typeof ROW_COLUMNS)[number]]?: 0 | null } = {
  depends_on: null,
  refs: null,
  coalesces: 0,
  expires_at: null,
  base_version: null,
  base: null,
  conflict_rounds: 0,
  history: null,
  failure: null,
  attempts: 0,
  attempted: 0,
  hold: 0,
  due_at: 0,
  delay_ms: 0,
  waits: 0,
  boost: null,
  due: null,
};

const UNUSED_COLUMNS = Object.entries(UNUSED);
const UNUSED_AT = ROW_COLUMNS.flatMap((name, at) => (name in UNUSED ? [at] : []));
const PLAIN_AT = ROW_COLUMNS.flatMap((name, at) => (name in UNUSED ? [] : [at]));
const TEMPLATE: SqlRow = ROW_COLUMNS.map((name) => UNUSED[name] ?? null);

/** The columns that a plain row is written and read by, in the order of {@link plainValues}. */
export const PLAIN_COLUMNS = ROW_COLUMNS.filter((name) => !(name in UNUSED));

/** What stands for each of {@link ROW_COLUMNS} in a statement that inserts a plain row. */
export const PLAIN_PLACES = ROW_COLUMNS.map((name) => (name in UNUSED ? String(UNUSED[name]) : '?'));

/** What tells in SQL whether a row is plain. `IS` finds null equal to null. */
export const IS_PLAIN = UNUSED_COLUMNS.map(([name, value]) => `${name} IS ${value}`).join(' AND ');

export function isPlain(row: SqlRow): boolean {
  for (const at of UNUSED_AT) if (row[at] !== TEMPLATE[at]) return false;
  return true;
}

/** The values of {@link PLAIN_COLUMNS} out of a row. */
export function plainValues(row: SqlRow): SqlRow {
  return PLAIN_AT.map((at) => row[at] as SqlValue);
}

/** The whole row, out of the values of {@link PLAIN_COLUMNS}. */
export function rowOfPlain(values: SqlRow): SqlRow {
  const row = TEMPLATE.slice();
  PLAIN_AT.forEach((at, index) => {
    row[at] = values[index] as SqlValue;
  });
  return row;
}
