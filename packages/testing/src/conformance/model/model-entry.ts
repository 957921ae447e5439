import type {
  AttemptRecord,
  NewOperation,
  OperationState,
  StoredOperation,
  SyncFailure,
} from '@cpc/sync-core';

/** One operation in the model. Entries are never changed in place; a step makes new ones. */
export interface ModelEntry {
  readonly operation: NewOperation;
  readonly sequence: number;
  /** What holds the operation itself; `none` where it may go as soon as nothing ahead of it holds it. */
  readonly wait: 'none' | 'scheduled' | 'leased' | 'parked' | 'deadLetter';
  readonly dueAt: number;
  readonly delayMs: number;
  readonly attempts: number;
  readonly attempted: boolean;
  readonly attemptedBefore: boolean;
  readonly history: readonly AttemptRecord[];
  readonly failure: SyncFailure | undefined;
  readonly token: number;
  /** Ids of the operations it depends on that stood in front of it when it was added. */
  readonly waitsFor: readonly string[];
}

/** A new entry, in its first state. */
export function newEntry(
  operation: NewOperation,
  sequence: number,
  ahead: readonly ModelEntry[],
): ModelEntry {
  const scheduled = operation.scheduledAt > operation.createdAt;
  return {
    operation,
    sequence,
    wait: scheduled ? 'scheduled' : 'none',
    dueAt: scheduled ? operation.scheduledAt : 0,
    delayMs: 0,
    attempts: 0,
    attempted: false,
    attemptedBefore: false,
    history: [],
    failure: undefined,
    token: 0,
    waitsFor: operation.dependsOn.filter((id) => ahead.some((other) => other.operation.id === id)),
  };
}

/** Makes the entry go as soon as nothing ahead holds it. */
export function freed(entry: ModelEntry): ModelEntry {
  return { ...entry, wait: 'none', dueAt: 0, delayMs: 0, failure: undefined, token: 0 };
}

/** All entries of the same entity and principal, in sequence order; an entry without an entity is alone. */
export function laneOf(entries: readonly ModelEntry[], entry: ModelEntry): readonly ModelEntry[] {
  const { entity, principal } = entry.operation;
  if (entity === undefined) return [entry];
  return entries.filter(({ operation }) => operation.entity === entity && operation.principal === principal);
}

/** What an entry waits for: the head of its lane, and the operations it depends on. */
export function blockersOf(entries: readonly ModelEntry[], entry: ModelEntry): readonly ModelEntry[] {
  const [head] = laneOf(entries, entry);
  return entries.filter((other) => (other === head && other !== entry) || waitsFor(entry, other));
}

/** Whether `entry` waits for `other`: only for what stands in front of it, so never round in a circle. */
export function waitsFor(entry: ModelEntry, other: ModelEntry): boolean {
  return other.sequence < entry.sequence && entry.waitsFor.includes(other.operation.id);
}

function isBlocked(entries: readonly ModelEntry[], entry: ModelEntry): boolean {
  return (
    laneOf(entries, entry)[0] !== entry ||
    (entry.waitsFor.length > 0 && entries.some((other) => waitsFor(entry, other)))
  );
}

export function stateOf(entries: readonly ModelEntry[], entry: ModelEntry): OperationState {
  if (entry.wait === 'leased' || entry.wait === 'parked' || entry.wait === 'deadLetter') return entry.wait;
  if (isBlocked(entries, entry)) return 'blocked';
  return entry.wait === 'scheduled' ? 'scheduled' : 'waiting';
}

/** The highest rank of the entry and, transitively, of all that wait for it; what is leased does not wait. */
export function effectiveRank(entries: readonly ModelEntry[], entry: ModelEntry): number {
  const seen = new Set([entry]);
  // The set grows while it is walked, until everything that waits has been seen.
  for (const one of seen) {
    const lane = laneOf(entries, one);
    const behind = lane.slice(lane.indexOf(one) + 1);
    for (const other of entries)
      if (other.wait !== 'leased' && (behind.includes(other) || waitsFor(other, one))) seen.add(other);
  }
  return Math.max(...[...seen].map(({ operation }) => operation.rank));
}

/** The entry as the port shows it. */
export function toStored(entries: readonly ModelEntry[], entry: ModelEntry): StoredOperation {
  const state = stateOf(entries, entry);
  const timed = state === 'scheduled' || state === 'leased';
  return {
    ...entry.operation,
    sequence: entry.sequence,
    state,
    attempts: entry.attempts,
    attempted: entry.attempted,
    history: entry.history,
    dueAt: timed ? entry.dueAt : 0,
    delayMs: timed ? entry.delayMs : 0,
    ...(entry.failure && { failure: entry.failure }),
  };
}
