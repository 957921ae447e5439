import type { NewOperation } from '@cpc/sync-core';
import { clampNumber } from '@cpc/sync-core/storage-kit';
import type { SqlValue } from '../drivers/sqlite-driver.js';

import type { PayloadSeal } from './payload-seal.js';
import type { Place } from './place.js';

/** What the app gave, and where it stands in the queue. */
export interface ContentSource {
  readonly sequence: number;
  readonly operation: NewOperation;
  readonly seal: PayloadSeal;
}

/** The history and the failure of its attempts as JSON, each `null` where there is none. */
export type RecordTexts = readonly [history: string | null, failure: string | null];

/**
 * The parts of a row, each with what its columns are written from:
 * - `content`: never changed, but for a new operation in the place of the old.
 * - `record`: what became of its attempts.
 * - `place`: its progress and its place among the others, numbers only.
 */
export interface PartSources {
  readonly content: ContentSource;
  readonly record: RecordTexts;
  readonly place: Place;
}

export type Part = keyof PartSources;

/** A column of an operation's row. */
export interface Column<PartName extends Part = Part, Value extends SqlValue = SqlValue> {
  readonly part: PartName;
  /** Its type in the table; a payload is text, or the bytes that a codec made of it. */
  readonly type: 'INTEGER' | 'TEXT' | '';
  /** How its value is got when the row is written. */
  readonly of: (source: PartSources[PartName]) => Value;
  /** What it holds for most operations, which do without it; absent where each one uses it. */
  readonly unused?: Value;
}

/** Makes the declarations of a part's columns. */
const inPart =
  <PartName extends Part>(part: PartName) =>
  <Value extends SqlValue>(
    type: Column['type'],
    of: (source: PartSources[PartName]) => Value,
    ...[unused]: readonly [unused?: Value]
  ): Column<PartName, Value> =>
    unused === undefined ? { part, type, of } : { part, type, of, unused };

/** Named, so that its declaration is read by TypeScript of before 5.7 too. */
type SealedBase = ReturnType<PayloadSeal['seal']> | null;

const content = inPart('content');
const record = inPart('record');
const place = inPart('place');

/**
 * All columns of an operation but its checksum, once, in the order in which they are hashed. How a row is inserted,
 * read and checked, and how its table must look, follow from this. `createFormat1` tells what those of the place mean.
 */
export const COLUMNS = {
  sequence: content('INTEGER', ({ sequence }) => sequence),
  id: content('TEXT', ({ operation }) => operation.id),
  kind: content('TEXT', ({ operation }) => operation.kind),
  entity: content('TEXT', ({ operation }) => operation.entity ?? null),
  principal: content('TEXT', ({ operation }) => operation.principal ?? null),
  payload: content('', ({ operation, seal }) => seal.seal(operation.payload)),
  priority: content('INTEGER', ({ operation }) => clampNumber(operation.priority)),
  rank: content('INTEGER', ({ operation }) => clampNumber(operation.rank)),
  version: content('INTEGER', ({ operation }) => clampNumber(operation.version)),
  depends_on: content('TEXT', ({ operation }) => listText(operation.dependsOn), null),
  refs: content('TEXT', ({ operation }) => listText(operation.references), null),
  coalesces: content('INTEGER', ({ operation }) => Number(operation.coalesces), 0),
  created_at: content('INTEGER', ({ operation }) => clampNumber(operation.createdAt)),
  scheduled_at: content('INTEGER', ({ operation }) => clampNumber(operation.scheduledAt)),
  expires_at: content('INTEGER', ({ operation }) => optional(operation.expiresAt, clampNumber), null),
  timestamp: content('TEXT', ({ operation }) => operation.timestamp),
  base_version: content('TEXT', ({ operation }) => operation.baseVersion ?? null, null),
  base: content<SealedBase>(
    '',
    ({ operation, seal }) => optional(operation.base, (text) => seal.seal(text)),
    null,
  ),
  conflict_rounds: content('INTEGER', ({ operation }) => clampNumber(operation.conflictRounds), 0),
  history: record('TEXT', ([history]) => history, null),
  failure: record('TEXT', ([, failure]) => failure, null),
  attempts: place('INTEGER', ({ attempts }) => attempts, 0),
  attempted: place('INTEGER', ({ attempted }) => Number(attempted), 0),
  hold: place('INTEGER', ({ hold }) => hold, 0),
  due_at: place('INTEGER', ({ dueAt }) => dueAt, 0),
  delay_ms: place('INTEGER', ({ delayMs }) => delayMs, 0),
  ahead: place('INTEGER', ({ ahead }) => ahead),
  waits: place('INTEGER', ({ waits }) => waits, 0),
  weight: place('INTEGER', ({ weight }) => weight),
  boost: place('INTEGER', ({ boost }) => boost, null),
  ready: place('INTEGER', ({ ready }) => ready),
  due: place('INTEGER', ({ due }) => due, null),
};

type Columns = typeof COLUMNS;

/** The name of a column that is declared above. */
export type DeclaredName = keyof Columns;

/** Any column of the table: those declared above, and the checksum over them. */
export type ColumnName = DeclaredName | 'checksum';

/** The names of the columns of one part. */
export type NameIn<PartName extends Part> = {
  [Name in DeclaredName]: Columns[Name]['part'] extends PartName ? Name : never;
}[DeclaredName];

/** What a column holds in an intact row. */
export type ValueOf<Name extends ColumnName> = Name extends DeclaredName
  ? ReturnType<Columns[Name]['of']>
  : number;

const DECLARED = Object.entries(COLUMNS) as readonly (readonly [DeclaredName, Column])[];

/** All columns of an operation's row, in order. */
export const ROW_COLUMNS: readonly ColumnName[] = [...DECLARED.map(([name]) => name), 'checksum'];

/** The columns of one part, in order. */
export function columnsOf<PartName extends Part>(part: PartName): readonly NameIn<PartName>[] {
  return DECLARED.flatMap(([name, column]) => (column.part === part ? [name as NameIn<PartName>] : []));
}

/** How the values of one part are got, in the order of {@link columnsOf}. */
export function gettersOf<PartName extends Part>(part: PartName): readonly Column<PartName>['of'][] {
  return columnsOf(part).map((name) => (COLUMNS[name] as unknown as Column<PartName>).of);
}

function listText(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}

function optional<T, Value>(value: T | undefined, map: (value: T) => Value): Value | null {
  return value === undefined ? null : map(value);
}
