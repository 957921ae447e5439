import { useMemo } from 'react';
import { project, type QueuedOperation } from '@cpc/sync-core';
import { usePending } from './use-pending.js';

/**
 * The server's value with their waiting changes laid over it, in order. When the server refuses one, it is gone from the
 * next render.
 *
 * A change ends to wait when it is acknowledged. Unless `base` has it by then, the value goes back to the old one until
 * `base` was read again; `useRecord`, over a copy that knows what it holds, does not.
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
