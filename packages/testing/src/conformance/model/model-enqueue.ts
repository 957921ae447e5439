import type { EnqueueResult, EnqueueRules, NewOperation, StorageReceipt } from '@cpc/sync-core';
import { rewriteReferences } from '@cpc/sync-core/storage-kit';
import { laneOf, type ModelEntry, newEntry, stateOf, toStored, waitsFor } from './model-entry.js';
import { successorOf, withSuccessors } from './model-past.js';
import type { ModelQueueData } from './model-queue-data.js';

interface Draft {
  readonly entries: readonly ModelEntry[];
  readonly lastSequence: number;
  readonly past: Map<string, string | null>;
}

type Step = Draft & { readonly receipt: StorageReceipt };

/** Adds one caller's batch, whole or not at all. */
export function enqueueBatch(
  data: ModelQueueData,
  batch: readonly NewOperation[],
  rules: EnqueueRules,
): EnqueueResult {
  let draft: Draft = data;
  const receipts: StorageReceipt[] = [];
  for (const [index, given] of batch.entries()) {
    const rewritten = rewriteReferences(given, (id) => data.assignments.get(id));
    const step = enqueueOne(draft, given, withSuccessors(draft, rewritten), rules);
    if (step === undefined) return { ok: false, code: 'OPERATION_ID_REUSED', index };
    if (step.entries.length > Math.max(rules.maxPending ?? Infinity, draft.entries.length))
      return { ok: false, code: 'QUEUE_FULL', index };
    draft = step;
    receipts.push(step.receipt);
  }
  data.entries = draft.entries;
  data.lastSequence = draft.lastSequence;
  for (const [id, fate] of draft.past) data.past.set(id, fate);
  return { ok: true, receipts };
}

function enqueueOne(
  draft: Draft,
  given: NewOperation,
  incoming: NewOperation,
  rules: EnqueueRules,
): Step | undefined {
  const { id } = incoming;
  if (draft.past.has(id)) {
    const into = successorOf(draft, id);
    const isElsewhere = into !== undefined && into !== id;
    return { ...draft, receipt: isElsewhere ? { kind: 'duplicate', into } : { kind: 'duplicate' } };
  }
  const known = draft.entries.find(({ operation }) => operation.id === id)?.operation;
  if (known !== undefined) {
    const same = known.kind === given.kind && [given.payload, incoming.payload].includes(known.payload);
    return same ? { ...draft, receipt: { kind: 'duplicate' } } : undefined;
  }
  return coalesce(draft, incoming, rules) ?? append(draft, incoming);
}

function append(draft: Draft, incoming: NewOperation): Step {
  const sequence = draft.lastSequence + 1;
  return {
    entries: [...draft.entries, newEntry(incoming, sequence, draft.entries)],
    lastSequence: sequence,
    past: draft.past,
    receipt: { kind: 'enqueued', sequence },
  };
}

function coalesce(draft: Draft, incoming: NewOperation, rules: EnqueueRules): Step | undefined {
  const tail = coalescibleTail(draft.entries, incoming);
  if (tail === undefined || rules.coalesce === undefined) return undefined;
  const { id } = tail.operation;
  const decision = rules.coalesce(toStored(draft.entries, tail), incoming);
  switch (decision.kind) {
    case 'none':
      return undefined;
    case 'merged': {
      const ahead = draft.entries.filter((entry) => entry.sequence < tail.sequence);
      const { history } = tail;
      const merged = { ...newEntry({ ...decision.operation, id }, tail.sequence, ahead), history };
      const entries = draft.entries.map((entry) => (entry === tail ? merged : entry));
      const past = new Map(draft.past).set(incoming.id, id).set(id, id);
      return { ...draft, entries, past, receipt: { kind: 'coalesced', into: id } };
    }
    case 'cancelled': {
      if (draft.entries.some((entry) => waitsFor(entry, tail))) return undefined;
      const entries = draft.entries.filter((entry) => entry !== tail);
      const past = new Map(draft.past).set(incoming.id, null).set(id, null);
      return { ...draft, entries, past, receipt: { kind: 'cancelled', with: id } };
    }
  }
}

/** The last operation of the lane, where the port lets an incoming one join it. */
function coalescibleTail(entries: readonly ModelEntry[], incoming: NewOperation): ModelEntry | undefined {
  if (!incoming.coalesces || incoming.entity === undefined) return undefined;
  const tail = entries.findLast(
    ({ operation }) => operation.entity === incoming.entity && operation.principal === incoming.principal,
  );
  if (tail === undefined || tail.attempted) return undefined;
  if (!['waiting', 'scheduled', 'blocked'].includes(stateOf(entries, tail))) return undefined;
  const known = incoming.dependsOn.filter((id) => entries.some(({ operation }) => operation.id === id));
  const lane = laneOf(entries, tail).map(({ operation }) => operation.id);
  return known.every((id) => tail.waitsFor.includes(id) || lane.includes(id)) ? tail : undefined;
}
