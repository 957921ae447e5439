import type { NewOperation } from '@cpc/sync-core';

export const T0 = 1_700_000_000_000;

/** An operation with the fields that matter to a test, and plain values for the rest. */
export function operation(id: string, fields: Partial<NewOperation> = {}): NewOperation {
  return {
    id,
    kind: 'note.write',
    payload: JSON.stringify({ of: id }),
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: T0,
    scheduledAt: T0,
    timestamp: `${T0}:0:test`,
    conflictRounds: 0,
    ...fields,
  };
}

export const idsOf = (items: readonly { readonly id: string }[]): readonly string[] =>
  items.map(({ id }) => id);
