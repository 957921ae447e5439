import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { type ColumnName, columnsOf, type NameIn, ROW_COLUMNS, type ValueOf } from './columns.js';

declare const VALUE: unique symbol;

/** Where a value of this type stands in a row. */
export type Position<Value> = number & { readonly [VALUE]?: Value };

/** Where each of these columns stands. */
export type Positions<Name extends ColumnName> = { readonly [One in Name]: Position<ValueOf<One>> };

/** Columns that a statement selects, and where they stand in the rows that it gives. */
export interface Selection<Name extends ColumnName> {
  readonly names: readonly Name[];
  /** As it stands behind `SELECT`. */
  readonly sql: string;
  readonly at: Positions<Name>;
}

export function selectionOf<Name extends ColumnName>(names: readonly Name[]): Selection<Name> {
  const at = Object.fromEntries(names.map((name, index) => [name, index])) as unknown as Positions<Name>;
  return { names, sql: names.join(', '), at };
}

/** A value out of a row, with the type that its column is declared to have. */
export function valueAt<Value>(row: SqlRow, position: Position<Value>): Value {
  return row[position] as SqlValue as Value;
}

/** The whole row. */
export const WHOLE: Selection<ColumnName> = selectionOf(ROW_COLUMNS);

/** What ordering needs of an operation, see `Placed`. */
export type PlacedName =
  'sequence' | 'id' | 'entity' | 'principal' | 'priority' | 'rank' | 'checksum' | NameIn<'place'>;

export const PLACED: Selection<PlacedName> = selectionOf<PlacedName>([
  'sequence',
  'id',
  'entity',
  'principal',
  'priority',
  'rank',
  ...columnsOf('place'),
  'checksum',
]);

/** What a new member of a lane needs to know of the last one. */
export const TAIL: Selection<'sequence' | 'weight' | 'entity' | 'principal'> = selectionOf([
  'sequence',
  'weight',
  'entity',
  'principal',
]);
