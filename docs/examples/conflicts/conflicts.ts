// #region merge
import { defineOperation, fieldMerge } from '@cpc/sync-core';

export interface Order {
  id: number;
  note: string;
  quantity: number;
  labels: string[];
}

/** Two people may change the same order: the fields that only one of them touched are simply both kept. */
export const saveOrder = defineOperation('order.save', {
  entity: ({ id }: Order) => `orders/${id}`,
  conflict: fieldMerge({ payload: 'record', onClash: 'defer', sets: ['labels'] }),
});
// #endregion

// #region enqueue
import type { EnqueueReceipt, SyncQueue } from '@cpc/sync-core';

type Seen = { readonly version: string; readonly value: Order };

/** What the person saw goes along: the version for the server to compare, the value for the merge. */
export function save(queue: SyncQueue, seen: Seen, changed: Order): Promise<EnqueueReceipt> {
  return queue.enqueue(saveOrder, changed, { base: seen.value, baseVersion: seen.version });
}
// #endregion

// #region decide
import type { QueuedOperation, RemoteRecord, Resolution } from '@cpc/sync-core';

/** Conflicts that wait for a person, with all three values. */
export async function openConflicts(queue: SyncQueue) {
  const { items } = await queue.list({ states: ['parked'] });
  return items.filter(isDeferred).map(({ id, payload, base, failure }) => ({
    id,
    base: base as Order,
    mine: payload as Order,
    theirs: (failure?.details as RemoteRecord).value as Order,
  }));
}

const isDeferred = ({ failure }: QueuedOperation): boolean => failure?.code === 'CONFLICT_DEFERRED';

type Choice = Exclude<Resolution, { kind: 'defer' }>;

export function decide(queue: SyncQueue, id: string, choice: Choice): Promise<string | undefined> {
  return queue.resolve(id, choice); // { kind: 'use-local' }, { kind: 'use-remote' } or { kind: 'merge', value }
}
// #endregion

// #region own
import type { ConflictResolver } from '@cpc/sync-core';

type Stock = { readonly item: string; readonly kilos: number };

/** A resolver of your own: stock never goes below zero. It gets copies, may be asynchronous, and has a time limit. */
export const sharedStock: ConflictResolver = {
  resolve({ local, base, remote }) {
    const [mine, seen, theirs] = [local, base, remote.value] as [Stock, Stock, Stock];
    const taken = seen.kilos - mine.kilos;
    return { kind: 'merge', value: { ...theirs, kilos: Math.max(0, theirs.kilos - taken) } };
  },
};
// #endregion
