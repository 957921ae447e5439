import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { type Column, type ColumnName, COLUMNS, ROW_COLUMNS } from './columns.js';
import { type Selection, selectionOf } from './selection.js';

/** What each column holds that few operations use. */
const UNUSED: ReadonlyMap<ColumnName, SqlValue> = new Map(
  Object.entries<Column>(COLUMNS as unknown as Record<string, Column>).flatMap(([name, { unused }]) =>
    unused === undefined ? [] : [[name as ColumnName, unused]],
  ),
);

const UNUSED_AT = ROW_COLUMNS.flatMap((name, at) => (UNUSED.has(name) ? [at] : []));
const PLAIN_AT = ROW_COLUMNS.flatMap((name, at) => (UNUSED.has(name) ? [] : [at]));
const TEMPLATE: SqlRow = ROW_COLUMNS.map((name) => UNUSED.get(name) ?? null);

/**
 * The columns that every operation uses. A row in which all others hold what is unused is plain: it is written and read
 * without them. What a row costs is above all what its values cost, one by one.
 */
export const PLAIN: Selection<ColumnName> = selectionOf(ROW_COLUMNS.filter((name) => !UNUSED.has(name)));

/** What stands for each column in a statement that inserts a plain row. */
export const PLAIN_PLACES: readonly string[] = ROW_COLUMNS.map((name) =>
  UNUSED.has(name) ? String(UNUSED.get(name)) : '?',
);

/** What tells in SQL whether a row is plain. `IS` finds null equal to null. */
export const IS_PLAIN: string = Array.from(UNUSED, ([name, value]) => `${name} IS ${String(value)}`).join(
  ' AND ',
);

export function isPlain(row: SqlRow): boolean {
  for (const at of UNUSED_AT) if (row[at] !== TEMPLATE[at]) return false;
  return true;
}

/** The values of {@link PLAIN} out of a whole row. */
export function plainValues(row: SqlRow): SqlRow {
  return PLAIN_AT.map((at) => row[at] as SqlValue);
}

/** The whole row, out of the values of {@link PLAIN}. */
export function rowOfPlain(values: SqlRow): SqlRow {
  const row = TEMPLATE.slice();
  PLAIN_AT.forEach((at, index) => {
    row[at] = values[index] as SqlValue;
  });
  return row;
}
