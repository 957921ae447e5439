import { type AnyOperationDefinition, defineOperation } from '@cpc/sync-core';

/** The kinds that the simulated users enqueue: plain changes, drafts that coalesce, and lines of a log. */
export const OPERATIONS: readonly AnyOperationDefinition[] = [
  defineOperation('edit'),
  defineOperation('draft', { coalesce: 'replace' }),
  defineOperation('log'),
];
