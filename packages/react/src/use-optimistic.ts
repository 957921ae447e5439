import { useMemo } from 'react';
import { project, type QueuedOperation } from '@cpc/sync-core';
import { usePending } from './use-pending.js';

/**
 * What the person should see: the server's value with their waiting changes laid over it, in order. When the server
 * refuses one, it is gone from the next render.
 *
 * @param base - what the server holds, as far as it is known
 * @param apply - the effect of one operation on the value; pure, and the same function on each render
 *
 * @example
 * ```tsx
 * const order = useOptimistic(`orders/${id}`, orderOfServer, applyToOrder);
 * ```
 */
export function useOptimistic<State>(
  entity: string,
  base: State,
  apply: (state: State, operation: QueuedOperation) => State,
): State {
  const pending = usePending(entity);
  return useMemo(() => project(base, pending, apply), [base, pending, apply]);
}
