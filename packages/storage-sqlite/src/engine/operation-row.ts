import type { NewOperation, Reference, StoredOperation } from '@cpc/sync-core';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { type AttemptLog, logOf, recordValues } from './attempt-log.js';
import { checksumOf } from './checksum.js';
import { clamp } from './clamp.js';
import type { PayloadSeal } from './payload-seal.js';
import { type Place, placeAt, stateOf } from './place.js';
import { CHECKSUM_AT, CONTENT_SEED, PLACE_AT, PLACE_SEED, RECORD_AT, RECORD_SEED } from './row-columns.js';

const EMPTY_RECORD_CHECKSUM = checksumOf([null, null], RECORD_SEED);

/** The values of a whole row, in the order of {@link ROW_COLUMNS}. */
export function rowValues(
  sequence: number,
  operation: NewOperation,
  place: Place,
  log: AttemptLog,
  seal: PayloadSeal,
): SqlRow {
  const [history, failure] = recordValues(log);
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
    history,
    failure,
    // One literal: joining it from the values of the place would cost more than all else here.
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
    0,
  ];
  values[CHECKSUM_AT] = rowChecksum(values);
  return values;
}

/** Whether the row is as it was written. */
export function isIntact(row: SqlRow): boolean {
  return row[CHECKSUM_AT] === rowChecksum(row);
}

function rowChecksum(row: SqlRow): number {
  const hasRecord = row[RECORD_AT] !== null || row[RECORD_AT + 1] !== null;
  return (
    checksumOf(row, CONTENT_SEED, 0, RECORD_AT) ^
    (hasRecord ? checksumOf(row, RECORD_SEED, RECORD_AT, PLACE_AT) : EMPTY_RECORD_CHECKSUM) ^
    checksumOf(row, PLACE_SEED, PLACE_AT, CHECKSUM_AT)
  );
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
