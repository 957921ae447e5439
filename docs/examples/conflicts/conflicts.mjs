// #region merge
import { defineOperation, fieldMerge } from '@cpc/sync-core';

/** Two people may change the same order: the fields that only one of them touched are simply both kept. */
export const saveOrder = defineOperation('order.save', {
  entity: ({ id }) => `orders/${id}`,
  conflict: fieldMerge({ payload: 'record', onClash: 'defer', sets: ['labels'] }),
});
// #endregion

// #region enqueue
/** What the person saw goes along: the version for the server to compare, the value for the merge. */
export function save(queue, seen, changed) {
  return queue.enqueue(saveOrder, changed, { base: seen.value, baseVersion: seen.version });
}
// #endregion

// #region decide
/** Conflicts that wait for a person, with all three values. */
export async function openConflicts(queue) {
  const { items } = await queue.list({ states: ['parked'] });
  return items
    .filter(({ failure }) => failure?.code === 'CONFLICT_DEFERRED')
    .map(({ id, payload, base, failure }) => ({
      id,
      base,
      mine: payload,
      theirs: failure.details.value,
    }));
}

export function decide(queue, id, choice) {
  return queue.resolve(id, choice); // { kind: 'use-local' }, { kind: 'use-remote' } or { kind: 'merge', value }
}
// #endregion

// #region own
/** A resolver of your own: stock never goes below zero. It gets copies, may be asynchronous, and has a time limit. */
export const sharedStock = {
  resolve({ local, base, remote }) {
    const taken = base.kilos - local.kilos;
    return { kind: 'merge', value: { ...remote.value, kilos: Math.max(0, remote.value.kilos - taken) } };
  },
};
// #endregion
