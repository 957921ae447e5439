import type { AttemptRecord, NewOperation, Reference, StoredOperation, SyncFailure } from '@cpc/sync-core';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';
import type { PayloadSeal } from './payload-seal.js';

/** What the app gave: never changed, but for a new operation in the place of the old. */
const CONTENT_COLUMNS = [
  'id',
  'kind',
  'entity',
  'principal',
  'payload',
  'priority',
  'rank',
  'version',
  'depends_on',
  'refs',
  'coalesces',
  'created_at',
  'scheduled_at',
  'expires_at',
  'timestamp',
  'base_version',
  'base',
  'conflict_rounds',
] as const;

/** What became of its attempts, as JSON. */
const RECORD_COLUMNS = ['history', 'failure'] as const;

/** Its progress and its place among the others: numbers only. */
const PLACE_COLUMNS = [
  'attempts',
  'attempted',
  'hold',
  'due_at',
  'delay_ms',
  'ahead',
  'waits',
  'weight',
  'boost',
  'ready',
  'due',
] as const;

/** All columns of an operation, in the order of {@link OperationRow}. */
export const ROW_COLUMNS = [
  'sequence',
  ...CONTENT_COLUMNS,
  ...RECORD_COLUMNS,
  ...PLACE_COLUMNS,
  'checksum',
] as const;

const RECORD_AT = 1 + CONTENT_COLUMNS.length;
const PLACE_AT = RECORD_AT + RECORD_COLUMNS.length;
const CHECKSUM_AT = PLACE_AT + PLACE_COLUMNS.length;

/** The columns of a {@link Placed}, in the order in which {@link placedOf} reads them. */
export const PLACED_COLUMNS = [
  'sequence',
  'id',
  'entity',
  'principal',
  'priority',
  'rank',
  ...PLACE_COLUMNS,
  'checksum',
] as const;

/** The columns that an update of a place writes, in the order of {@link placeValues}. */
export const PLACE_UPDATE_COLUMNS = [...PLACE_COLUMNS, 'checksum'] as const;

export const HOLD = { none: 0, parked: 1, deadLetter: 2 } as const;
export type Hold = (typeof HOLD)[keyof typeof HOLD];

/** How far an operation came, and where it stands; see `createFormat1` for each. */
export interface Place {
  readonly attempts: number;
  readonly attempted: boolean;
  readonly hold: Hold;
  readonly dueAt: number;
  readonly delayMs: number;
  readonly ahead: number | null;
  readonly waits: number;
  readonly weight: number;
  readonly boost: number | null;
  readonly ready: number | null;
  readonly due: number | null;
}

/** An operation without its content: what ordering needs. */
export interface Placed {
  readonly sequence: number;
  readonly id: string;
  readonly entity: string | null;
  readonly principal: string | null;
  readonly priority: number;
  readonly rank: number;
  readonly place: Place;
  readonly checksum: number;
}

/** What is kept about attempts, besides the numbers in {@link Place}. */
export interface AttemptLog {
  readonly history: readonly AttemptRecord[];
  readonly failure: SyncFailure | undefined;
}

export const NO_ATTEMPTS: AttemptLog = { history: [], failure: undefined };

// The three parts are hashed apart and joined by XOR, so that one part changes without reading the others.
const CONTENT_SEED = 0x1f3a;
const RECORD_SEED = 0x2b7c;
const PLACE_SEED = 0x3d91;

const EMPTY_RECORD_CHECKSUM = checksumOf([null, null], RECORD_SEED);

/** The values of a whole row, in the order of {@link ROW_COLUMNS}. */
export function rowValues(
  sequence: number,
  operation: NewOperation,
  place: Place,
  log: AttemptLog,
  seal: PayloadSeal,
): SqlRow {
  const values: SqlValue[] = [
    sequence,
    operation.id,
    operation.kind,
    operation.entity ?? null,
    operation.principal ?? null,
    seal.seal(operation.payload),
    clamp(operation.priority),
    clamp(operation.rank),
    clamp(operation.version),
    operation.dependsOn.length === 0 ? null : JSON.stringify(operation.dependsOn),
    operation.references.length === 0 ? null : JSON.stringify(operation.references),
    Number(operation.coalesces),
    clamp(operation.createdAt),
    clamp(operation.scheduledAt),
    operation.expiresAt === undefined ? null : clamp(operation.expiresAt),
    operation.timestamp,
    operation.baseVersion ?? null,
    operation.base === undefined ? null : seal.seal(operation.base),
    clamp(operation.conflictRounds),
    ...recordValues(log),
    ...numbersOf(place),
  ];
  const record =
    log === NO_ATTEMPTS ? EMPTY_RECORD_CHECKSUM : checksumOf(values, RECORD_SEED, RECORD_AT, PLACE_AT);
  values.push(
    checksumOf(values, CONTENT_SEED, 0, RECORD_AT) ^
      record ^
      checksumOf(values, PLACE_SEED, PLACE_AT, CHECKSUM_AT),
  );
  return values;
}

/** Whether the row is as it was written. */
export function isIntact(row: SqlRow): boolean {
  const expected =
    checksumOf(row, CONTENT_SEED, 0, RECORD_AT) ^
    checksumOf(row, RECORD_SEED, RECORD_AT, PLACE_AT) ^
    checksumOf(row, PLACE_SEED, PLACE_AT, CHECKSUM_AT);
  return row[CHECKSUM_AT] === expected;
}

/** The history and the failure, as they stand in the row. */
export function logOf(row: SqlRow): AttemptLog {
  return readLog(row[RECORD_AT] as string | null, row[RECORD_AT + 1] as string | null);
}

export function readLog(history: string | null, failure: string | null): AttemptLog {
  if (history === null && failure === null) return NO_ATTEMPTS;
  return {
    history: history === null ? [] : (JSON.parse(history) as AttemptRecord[]),
    failure: failure === null ? undefined : (JSON.parse(failure) as SyncFailure),
  };
}

export function recordValues(log: AttemptLog): readonly [string | null, string | null] {
  if (log === NO_ATTEMPTS) return [null, null];
  return [
    log.history.length === 0 ? null : JSON.stringify(log.history),
    log.failure === undefined ? null : JSON.stringify(log.failure),
  ];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What the app gave, out of an intact row. */
export function operationOf(row: SqlRow, seal: PayloadSeal): NewOperation {
  return contentOf(row, seal);
}

// One literal and a few assignments: spreads of optional fields would cost more than reading the row.
function contentOf(row: SqlRow, seal: PayloadSeal): Writable<NewOperation> {
  const operation: Writable<NewOperation> = {
    id: row[1] as string,
    kind: row[2] as string,
    payload: seal.open(row[5] as SqlValue),
    priority: row[6] as number,
    rank: row[7] as number,
    version: row[8] as number,
    dependsOn: row[9] === null ? [] : (JSON.parse(row[9] as string) as string[]),
    references: row[10] === null ? [] : (JSON.parse(row[10] as string) as Reference[]),
    coalesces: row[11] === 1,
    createdAt: row[12] as number,
    scheduledAt: row[13] as number,
    timestamp: row[15] as string,
    conflictRounds: row[18] as number,
  };
  if (row[3] !== null) operation.entity = row[3] as string;
  if (row[4] !== null) operation.principal = row[4] as string;
  if (row[14] !== null) operation.expiresAt = row[14] as number;
  if (row[16] !== null) operation.baseVersion = row[16] as string;
  if (row[17] !== null) operation.base = seal.open(row[17] as SqlValue);
  return operation;
}

/** The values of a row that a payload codec may have written. */
export function sealedValues(row: SqlRow): readonly SqlValue[] {
  return [row[5] as SqlValue, row[17] as SqlValue];
}

/** The lease on an operation, where there is one. */
export interface LeaseView {
  readonly leaseUntil: number;
  readonly leaseMs: number;
}

/** The operation as the port shows it, out of an intact row. */
export function storedOf(row: SqlRow, lease: LeaseView | undefined, seal: PayloadSeal): StoredOperation {
  const place = placeAt(row, PLACE_AT);
  const { history, failure } = logOf(row);
  const state = lease === undefined ? stateOf(place) : 'leased';
  const stored = contentOf(row, seal) as Writable<StoredOperation>;
  stored.sequence = row[0] as number;
  stored.state = state;
  stored.attempts = place.attempts;
  stored.attempted = place.attempted || lease !== undefined;
  stored.history = history;
  stored.dueAt = lease?.leaseUntil ?? (state === 'scheduled' ? place.dueAt : 0);
  stored.delayMs = lease?.leaseMs ?? (state === 'scheduled' ? place.delayMs : 0);
  if (failure !== undefined) stored.failure = failure;
  return stored;
}

/** The state of an operation that nobody holds a lease on. */
export function stateOf(place: Place): Exclude<StoredOperation['state'], 'leased'> {
  if (place.hold !== HOLD.none) return place.hold === HOLD.parked ? 'parked' : 'deadLetter';
  if (place.ready !== null) return 'waiting';
  return place.due === null ? 'blocked' : 'scheduled';
}

/** Reads a row of {@link PLACED_COLUMNS}. */
export function placedOf(row: SqlRow): Placed {
  return {
    sequence: row[0] as number,
    id: row[1] as string,
    entity: row[2] as string | null,
    principal: row[3] as string | null,
    priority: row[4] as number,
    rank: row[5] as number,
    place: placeAt(row, 6),
    checksum: row[6 + PLACE_COLUMNS.length] as number,
  };
}

/** Reads the same out of a row of {@link ROW_COLUMNS}. */
export function placedFromRow(row: SqlRow): Placed {
  return {
    sequence: row[0] as number,
    id: row[1] as string,
    entity: row[3] as string | null,
    principal: row[4] as string | null,
    priority: row[6] as number,
    rank: row[7] as number,
    place: placeAt(row, PLACE_AT),
    checksum: row[CHECKSUM_AT] as number,
  };
}

/** The values that an update of the place writes, in the order of {@link PLACE_UPDATE_COLUMNS}. */
export function placeValues(before: Placed, place: Place): SqlRow {
  const numbers = numbersOf(place);
  const checksum =
    before.checksum ^ checksumOf(numbersOf(before.place), PLACE_SEED) ^ checksumOf(numbers, PLACE_SEED);
  return [...numbers, checksum];
}

/** How a change of the attempts' log changes the checksum. */
export function recordChecksumChange(
  before: readonly [string | null, string | null],
  after: readonly [string | null, string | null],
): number {
  return checksumOf(before, RECORD_SEED) ^ checksumOf(after, RECORD_SEED);
}

function placeAt(row: SqlRow, at: number): Place {
  return {
    attempts: row[at] as number,
    attempted: row[at + 1] === 1,
    hold: row[at + 2] as Hold,
    dueAt: row[at + 3] as number,
    delayMs: row[at + 4] as number,
    ahead: row[at + 5] as number | null,
    waits: row[at + 6] as number,
    weight: row[at + 7] as number,
    boost: row[at + 8] as number | null,
    ready: row[at + 9] as number | null,
    due: row[at + 10] as number | null,
  };
}

function numbersOf(place: Place): readonly (number | null)[] {
  return [
    place.attempts,
    Number(place.attempted),
    place.hold,
    place.dueAt,
    place.delayMs,
    place.ahead,
    place.waits,
    place.weight,
    place.boost,
    place.ready,
    place.due,
  ];
}

/** The latest time that JavaScript's dates know; larger numbers mean nothing that the queue could act on. */
const LARGEST = 8.64e15;

/** Holds a number to what every binding reads back unchanged; NaN counts as 0. */
export function clamp(value: number): number {
  if (value >= -LARGEST && value <= LARGEST) return value;
  return Number.isNaN(value) ? 0 : Math.sign(value) * LARGEST;
}
