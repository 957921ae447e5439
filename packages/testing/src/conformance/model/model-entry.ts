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
  readonly wait: 'none' | 'scheduled' | 'leased' | 'parked' | 'deadLetter' | 'aside';
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

/** The entry with a changed operation: it looks anew for what it waits for. */
export function rewritten(
  entries: readonly ModelEntry[],
  entry: ModelEntry,
  operation: NewOperation,
): ModelEntry {
  const ahead = entries.filter(({ sequence }) => sequence < entry.sequence);
  return { ...entry, operation, waitsFor: newEntry(operation, entry.sequence, ahead).waitsFor };
}

/** Makes the entry go as soon as nothing ahead holds it. */
export function freed(entry: ModelEntry): ModelEntry {
  return { ...entry, wait: 'none', dueAt: 0, delayMs: 0, failure: undefined, token: 0 };
}

/** All entries of the same entity and principal, in sequence order; an entry without an entity is alone. */
export function laneOf(entries: readonly ModelEntry[], entry: ModelEntry): readonly ModelEntry[] {
  const { entity, principal } = entry.operation;
  if (entity === undefined || entry.wait === 'aside') return [entry];
  return entries.filter(
    ({ operation, wait }) =>
      operation.entity === entity && operation.principal === principal && wait !== 'aside',
  );
}

function headOf(entries: readonly ModelEntry[], entry: ModelEntry): ModelEntry | undefined {
  const { entity, principal } = entry.operation;
  if (entity === undefined || entry.wait === 'aside') return entry;
  return entries.find(
    ({ operation, wait }) =>
      operation.entity === entity && operation.principal === principal && wait !== 'aside',
  );
}

/** What an entry waits for: the head of its lane, and the operations it depends on. */
export function blockersOf(entries: readonly ModelEntry[], entry: ModelEntry): readonly ModelEntry[] {
  const lane = laneOf(entries, entry);
  const isAhead = (other: ModelEntry): boolean =>
    lane[0] === entry ? isLeasedBehind(lane, other) : other === lane[0];
  return entries.filter((other) => (other !== entry && isAhead(other)) || waitsFor(entry, other));
}

/** Whether it is being sent, so that what came into its place in front of it waits. */
function isLeasedBehind(lane: readonly ModelEntry[], other: ModelEntry): boolean {
  return other.wait === 'leased' && lane.includes(other);
}

/** Whether `entry` waits for `other`: only for what stands in front of it, so never round in a circle. */
export function waitsFor(entry: ModelEntry, other: ModelEntry): boolean {
  return other.sequence < entry.sequence && entry.waitsFor.includes(other.operation.id);
}

function isBlocked(entries: readonly ModelEntry[], entry: ModelEntry): boolean {
  return (
    headOf(entries, entry) !== entry ||
    laneOf(entries, entry).some((other) => other !== entry && other.wait === 'leased') ||
    (entry.waitsFor.length > 0 && entries.some((other) => waitsFor(entry, other)))
  );
}

export function stateOf(entries: readonly ModelEntry[], entry: ModelEntry): OperationState {
  if (entry.wait === 'leased' || entry.wait === 'parked' || entry.wait === 'deadLetter') return entry.wait;
  if (entry.wait === 'aside') return 'deadLetter';
  if (isBlocked(entries, entry)) return 'blocked';
  return entry.wait === 'scheduled' ? 'scheduled' : 'waiting';
}

/** What waits directly for an entry: those behind it in its lane, where it is the head, then its dependents. */
export function followersOf(entries: readonly ModelEntry[], entry: ModelEntry): readonly ModelEntry[] {
  const [head, ...behind] = laneOf(entries, entry);
  const inLane = head === entry ? behind : [];
  return [...inLane, ...entries.filter((other) => waitsFor(other, entry) && !inLane.includes(other))];
}

/** What holds an entry and goes no further by itself. */
export function holderOf(entries: readonly ModelEntry[], entry: ModelEntry): ModelEntry | undefined {
  const head = headOf(entries, entry);
  const isHolder = ({ wait }: ModelEntry): boolean =>
    wait === 'parked' || wait === 'deadLetter' || wait === 'aside';
  if (head !== undefined && head !== entry && isHolder(head)) return head;
  return entry.waitsFor
    .map((id) => entries.find((other) => other.operation.id === id && waitsFor(entry, other)))
    .find((other) => other !== undefined && isHolder(other));
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
    ...(entry.wait === 'aside' && { aside: true }),
  };
}
