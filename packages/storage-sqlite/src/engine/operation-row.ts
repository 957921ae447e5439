import type { NewOperation, Reference, StoredOperation } from '@cpc/sync-core';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { type AttemptLog, logOf, recordTexts } from './attempt-log.js';
import { type ContentSource, gettersOf } from './columns.js';
import type { PayloadSeal } from './payload-seal.js';
import { HOLD, type Place, stateOf } from './place.js';
import { placeFrom } from './place-row.js';
import { rowChecksum } from './row-checksum.js';
import { valueAt, WHOLE } from './selection.js';

const { at } = WHOLE;
const [CONTENT, RECORD, PLACE] = [gettersOf('content'), gettersOf('record'), gettersOf('place')];

/** The values of a whole row. */
export function rowValues(source: ContentSource, place: Place, log: AttemptLog): SqlRow {
  const texts = recordTexts(log);
  const values: SqlValue[] = [];
  for (const of of CONTENT) values.push(of(source));
  for (const of of RECORD) values.push(of(texts));
  for (const of of PLACE) values.push(of(place));
  values.push(rowChecksum(values));
  return values;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What the app gave, out of an intact row. */
export function operationOf(row: SqlRow, seal: PayloadSeal): NewOperation {
  return contentOf(row, seal);
}

// One literal and a few assignments: spreads of optional fields would cost more than reading the row.
function contentOf(row: SqlRow, seal: PayloadSeal): Writable<NewOperation> {
  const operation: Writable<NewOperation> = {
    id: valueAt(row, at.id),
    kind: valueAt(row, at.kind),
    payload: seal.open(valueAt(row, at.payload)),
    priority: valueAt(row, at.priority),
    rank: valueAt(row, at.rank),
    version: valueAt(row, at.version),
    dependsOn: listOf(valueAt(row, at.depends_on)) as string[],
    references: listOf(valueAt(row, at.refs)) as Reference[],
    coalesces: valueAt(row, at.coalesces) === 1,
    createdAt: valueAt(row, at.created_at),
    scheduledAt: valueAt(row, at.scheduled_at),
    timestamp: valueAt(row, at.timestamp),
    conflictRounds: valueAt(row, at.conflict_rounds),
  };
  const entity = valueAt(row, at.entity);
  const principal = valueAt(row, at.principal);
  const expiresAt = valueAt(row, at.expires_at);
  const baseVersion = valueAt(row, at.base_version);
  const base = valueAt(row, at.base);
  if (entity !== null) operation.entity = entity;
  if (principal !== null) operation.principal = principal;
  if (expiresAt !== null) operation.expiresAt = expiresAt;
  if (baseVersion !== null) operation.baseVersion = baseVersion;
  if (base !== null) operation.base = seal.open(base);
  return operation;
}

function listOf(text: string | null): unknown[] {
  return text === null ? [] : (JSON.parse(text) as unknown[]);
}

/** What an operation waits for and what it mentions, out of an intact row: no payload needs to be opened for that. */
export function linksOf(row: SqlRow): Pick<NewOperation, 'dependsOn' | 'references'> {
  return {
    dependsOn: listOf(valueAt(row, at.depends_on)) as string[],
    references: listOf(valueAt(row, at.refs)) as Reference[],
  };
}

/** The values of a row that a payload codec may have written. */
export function sealedValues(row: SqlRow): readonly SqlValue[] {
  return [valueAt(row, at.payload), valueAt(row, at.base)];
}

/** The lease on an operation, where there is one. */
export interface LeaseView {
  readonly leaseUntil: number;
  readonly leaseMs: number;
}

/** The operation as the port shows it, out of an intact row. */
export function storedOf(row: SqlRow, lease: LeaseView | undefined, seal: PayloadSeal): StoredOperation {
  const place = placeFrom(row, at);
  const { history, failure } = logOf(row);
  const state = lease === undefined ? stateOf(place) : 'leased';
  const stored = contentOf(row, seal) as Writable<StoredOperation>;
  stored.sequence = valueAt(row, at.sequence);
  stored.state = state;
  stored.attempts = place.attempts;
  stored.attempted = place.attempted || lease !== undefined;
  stored.history = history;
  stored.dueAt = lease?.leaseUntil ?? (state === 'scheduled' ? place.dueAt : 0);
  stored.delayMs = lease?.leaseMs ?? (state === 'scheduled' ? place.delayMs : 0);
  if (failure !== undefined) stored.failure = failure;
  if (place.hold === HOLD.aside) stored.aside = true;
  return stored;
}
