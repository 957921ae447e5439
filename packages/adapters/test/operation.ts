import type { Operation } from '@cpc/sync-core';

/** An operation with everything filled in. */
export function operation(fields: Partial<Operation> & { readonly id: string }): Operation {
  const payload = fields.payload ?? { code: 'EUR' };
  return {
    kind: 'preferences.setCurrency',
    payload,
    payloadJson: JSON.stringify(payload),
    priority: 75,
    version: 1,
    dependsOn: [],
    attempts: 0,
    createdAt: 1_700_000_000_000,
    scheduledAt: 1_700_000_000_000,
    timestamp: '2023-11-14T22:13:20.000Z-0000-a',
    ...fields,
  };
}
