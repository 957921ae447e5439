import type { EnqueueResult, EnqueueRules, NewOperation, StorageReceipt } from '@cpc/sync-core';
import { rewriteReferences } from '@cpc/sync-core/storage-kit';
import { laneOf, type ModelEntry, newEntry, stateOf, toStored, waitsFor } from './model-entry.js';
import type { ModelQueueData } from './model-queue-data.js';

interface Draft {
  readonly entries: readonly ModelEntry[];
  readonly lastSequence: number;
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
    const incoming = rewriteReferences(given, (id) => data.assignments.get(id));
    const step = enqueueOne(draft, incoming, rules);
    if (step === undefined) return { ok: false, code: 'OPERATION_ID_REUSED', index };
    if (step.entries.length > Math.max(rules.maxPending ?? Infinity, draft.entries.length))
      return { ok: false, code: 'QUEUE_FULL', index };
    draft = step;
    receipts.push(step.receipt);
  }
  data.entries = draft.entries;
  data.lastSequence = draft.lastSequence;
  return { ok: true, receipts };
}

function enqueueOne(draft: Draft, incoming: NewOperation, rules: EnqueueRules): Step | undefined {
  const known = draft.entries.find(({ operation }) => operation.id === incoming.id)?.operation;
  if (known !== undefined) {
    const same = known.kind === incoming.kind && known.payload === incoming.payload;
    return same ? { ...draft, receipt: { kind: 'duplicate' } } : undefined;
  }
  return coalesce(draft, incoming, rules) ?? append(draft, incoming);
}

function append(draft: Draft, incoming: NewOperation): Step {
  const sequence = draft.lastSequence + 1;
  return {
    entries: [...draft.entries, newEntry(incoming, sequence, draft.entries)],
    lastSequence: sequence,
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
      const merged = newEntry({ ...decision.operation, id }, tail.sequence, ahead);
      const entries = draft.entries.map((entry) => (entry === tail ? merged : entry));
      return { ...draft, entries, receipt: { kind: 'coalesced', into: id } };
    }
    case 'cancelled': {
      if (draft.entries.some((entry) => waitsFor(entry, tail)) || incoming.dependsOn.includes(id))
        return undefined;
      const entries = draft.entries.filter((entry) => entry !== tail);
      return { ...draft, entries, receipt: { kind: 'cancelled', with: id } };
    }
  }
}

/** The last operation of the lane, where the port lets an incoming one join it. */
function coalescibleTail(entries: readonly ModelEntry[], incoming: NewOperation): ModelEntry | undefined {
  if (!incoming.coalesces || incoming.entity === undefined) return undefined;
  const tail = entries.findLast(({ operation }) => operation.entity === incoming.entity);
  if (tail === undefined || tail.attempted) return undefined;
  if (!['waiting', 'scheduled', 'blocked'].includes(stateOf(entries, tail))) return undefined;
  if (tail.operation.principal !== incoming.principal) return undefined;
  const known = incoming.dependsOn.filter((id) => entries.some(({ operation }) => operation.id === id));
  const ahead = laneOf(entries, tail).filter((entry) => entry !== tail);
  const waitedFor = [...tail.waitsFor, ...ahead.map(({ operation }) => operation.id)];
  return known.every((id) => waitedFor.includes(id)) ? tail : undefined;
}
