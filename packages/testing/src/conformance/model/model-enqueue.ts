import type {
  EnqueueResult,
  EnqueueRules,
  NewOperation,
  StorageReceipt,
  StoredOperation,
} from '@cpc/sync-core';
import { ENDED, keptFailure, outcomeFor, rewriteReferences } from '@cpc/sync-core/storage-kit';
import { end, park, parkReferring } from './model-ended.js';
import { holderOf, laneOf, type ModelEntry, newEntry, stateOf, toStored, waitsFor } from './model-entry.js';
import { successorOf, withSuccessors } from './model-past.js';
import { keep, type ModelQueueData } from './model-queue-data.js';

type Refusal = Extract<EnqueueResult, { ok: false }>['code'];

/** Adds one caller's batch, whole or not at all. */
export function enqueueBatch(
  data: ModelQueueData,
  batch: readonly NewOperation[],
  rules: EnqueueRules,
): EnqueueResult {
  const draft: ModelQueueData = { ...data, past: new Map(data.past), outcomes: [...data.outcomes] };
  const receipts: StorageReceipt[] = [];
  for (const [index, given] of batch.entries()) {
    const receipt = enqueueOne(draft, given, rules);
    if (typeof receipt === 'string') return { ok: false, code: receipt, index };
    receipts.push(receipt);
  }
  data.entries = draft.entries;
  data.lastSequence = draft.lastSequence;
  data.outcomes = draft.outcomes;
  for (const [id, fate] of draft.past) data.past.set(id, fate);
  return { ok: true, receipts };
}

function enqueueOne(
  draft: ModelQueueData,
  given: NewOperation,
  rules: EnqueueRules,
): StorageReceipt | Refusal {
  const { id } = given;
  const incoming = withSuccessors(
    draft,
    rewriteReferences(given, (one) => draft.assignments.get(one)),
  );
  if (draft.past.has(id)) {
    const into = successorOf(draft, id);
    return into !== undefined && into !== id ? { kind: 'duplicate', into } : { kind: 'duplicate' };
  }
  const known = find(draft, id)?.operation;
  if (known !== undefined) {
    const same = known.kind === given.kind && [given.payload, incoming.payload].includes(known.payload);
    return same ? { kind: 'duplicate' } : 'OPERATION_ID_REUSED';
  }
  const isFull = (entries: readonly ModelEntry[]): boolean =>
    entries.length >= (rules.maxPending ?? Infinity);
  const { dead, joining } = meet(draft, incoming, rules);
  if (joining === undefined || joining.kind === 'dropped') {
    const gone = [...dead, ...(joining?.gone ?? [])];
    if (isFull(draft.entries.filter((entry) => !gone.includes(entry)))) return 'QUEUE_FULL';
  }
  drop(draft, incoming, dead);
  const dropped = joining?.kind === 'dropped' ? joining.gone : [];
  drop(draft, incoming, dropped);
  const superseded = [...dead, ...dropped].map(({ operation }) => operation.id);
  return { ...enter(draft, incoming, joining), ...(superseded.length > 0 && { superseded }) };
}

function enter(draft: ModelQueueData, incoming: NewOperation, joining: Joining | undefined): StorageReceipt {
  switch (joining?.kind) {
    case 'merged':
      return merge(draft, incoming, joining.gone[0] as ModelEntry, joining.operation);
    case 'cancelled':
      return cancel(draft, incoming, joining.gone);
    case 'dropped':
    case undefined:
      return append(draft, incoming);
  }
}

type Joining = { readonly gone: readonly ModelEntry[] } & (
  { readonly kind: 'merged'; readonly operation: NewOperation } | { readonly kind: 'cancelled' | 'dropped' }
);

/** What an incoming operation meets in its lane, as it stands before. */
function meet(
  draft: ModelQueueData,
  incoming: NewOperation,
  { coalesce, supersede }: EnqueueRules,
): { readonly dead: readonly ModelEntry[]; readonly joining?: Joining | undefined } {
  const { entries } = draft;
  const { entity } = incoming;
  const lane = entity === undefined ? [] : laneOf(entries, newEntry(incoming, Infinity, []));
  const [head] = lane;
  const isDead =
    head?.wait === 'deadLetter' &&
    head.operation.principal === incoming.principal &&
    !isWaitedFor(entries, head, []) &&
    supersede?.(toStored(entries, head), incoming) === true;
  const dead = isDead ? [head] : [];
  const tail = lane.at(-1);
  if (tail === undefined || coalesce === undefined || !mayJoin(entries, tail, incoming)) return { dead };
  const candidates = mayVanishWith(entries, lane, incoming);
  const stored: readonly StoredOperation[] = candidates.slice(1).map((entry) => toStored(entries, entry));
  const decision = coalesce(toStored(entries, tail), incoming, stored);
  if (decision.kind === 'none') return { dead };
  if (decision.kind === 'merged') return { dead, joining: { ...decision, gone: [tail] } };
  if (isWaitedFor(entries, tail, [incoming.id])) return { dead };
  const gone = candidates.slice(0, Math.max(1, decision.count ?? 1));
  return { dead, joining: { kind: decision.kind, gone } };
}

/** The tail, and those ahead of it that nothing else waits for and that were never sent, the latest first. */
function mayVanishWith(
  entries: readonly ModelEntry[],
  lane: readonly ModelEntry[],
  incoming: NewOperation,
): readonly ModelEntry[] {
  const latestFirst = [...lane].reverse();
  const end = latestFirst.findIndex((entry, at) => {
    const ids = [incoming.id, ...latestFirst.slice(0, at).map(({ operation }) => operation.id)];
    return at > 0 && (!mayVanish(entries, entry, incoming) || isWaitedFor(entries, entry, ids));
  });
  return end < 0 ? latestFirst : latestFirst.slice(0, end);
}

function mayVanish(entries: readonly ModelEntry[], entry: ModelEntry, incoming: NewOperation): boolean {
  return (
    !entry.attempted &&
    ['waiting', 'scheduled', 'blocked'].includes(stateOf(entries, entry)) &&
    entry.operation.principal === incoming.principal
  );
}

function mayJoin(entries: readonly ModelEntry[], tail: ModelEntry, incoming: NewOperation): boolean {
  if (!incoming.coalesces || !mayVanish(entries, tail, incoming)) return false;
  const known = incoming.dependsOn.filter((id) => entries.some(({ operation }) => operation.id === id));
  const lane = laneOf(entries, tail).map(({ operation }) => operation.id);
  return known.every((id) => tail.waitsFor.includes(id) || lane.includes(id));
}

function isWaitedFor(entries: readonly ModelEntry[], entry: ModelEntry, besides: readonly string[]): boolean {
  return entries.some((other) => waitsFor(other, entry) && !besides.includes(other.operation.id));
}

function drop(draft: ModelQueueData, incoming: NewOperation, gone: readonly ModelEntry[]): void {
  const { id: into, createdAt: at } = incoming;
  for (const entry of gone) {
    const failure = entry.failure && { failure: keptFailure(entry.failure) };
    end(draft, entry, outcomeFor(entry.operation, 'superseded', { at, into, ...failure }));
  }
  parkReferring(draft, gone, at);
}

function cancel(draft: ModelQueueData, incoming: NewOperation, gone: readonly ModelEntry[]): StorageReceipt {
  const { id, createdAt: at } = incoming;
  const ids = gone.map(({ operation }) => operation.id);
  const begun = ids.at(-1) as string;
  for (const entry of gone) end(draft, entry, outcomeFor(entry.operation, 'cancelled', { at, into: id }));
  draft.past.set(id, ENDED);
  keep(draft, id, outcomeFor(incoming, 'cancelled', { at, into: begun }));
  parkReferring(draft, gone, at);
  return { kind: 'cancelled', with: begun, ...(ids.length > 1 && { along: ids.slice(0, -1) }) };
}

function merge(
  draft: ModelQueueData,
  incoming: NewOperation,
  tail: ModelEntry,
  operation: NewOperation,
): StorageReceipt {
  const { id } = tail.operation;
  const ahead = draft.entries.filter((entry) => entry.sequence < tail.sequence);
  const merged = { ...newEntry({ ...operation, id }, tail.sequence, ahead), history: tail.history };
  draft.entries = draft.entries.map((entry) => (entry === tail ? merged : entry));
  draft.past.set(incoming.id, id).set(id, id);
  keep(draft, incoming.id, outcomeFor(incoming, 'coalesced', { at: incoming.createdAt, into: id }));
  park(draft, merged, operation.createdAt);
  return { kind: 'coalesced', into: id, ...held(draft, id) };
}

function append(draft: ModelQueueData, incoming: NewOperation): StorageReceipt {
  const sequence = draft.lastSequence + 1;
  const entry = newEntry(incoming, sequence, draft.entries);
  draft.lastSequence = sequence;
  draft.entries = [...draft.entries, entry];
  park(draft, entry, incoming.createdAt);
  return {
    kind: 'enqueued',
    sequence,
    ...held(draft, incoming.id),
  };
}

/** What holds an operation that has just entered. */
function held(
  draft: ModelQueueData,
  id: string,
): Pick<StorageReceipt & { kind: 'enqueued' }, 'heldBy' | 'parked'> {
  const entry = find(draft, id) as ModelEntry;
  const heldBy = holderOf(draft.entries, entry)?.operation.id;
  return {
    ...(heldBy !== undefined && { heldBy }),
    ...(entry.failure && { parked: entry.failure }),
  };
}

function find({ entries }: ModelQueueData, id: string): ModelEntry | undefined {
  return entries.find(({ operation }) => operation.id === id);
}
