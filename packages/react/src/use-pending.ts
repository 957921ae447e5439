import type { QueuedOperation } from '@cpc/sync-core';
import { useObservable } from './observable-store.js';
import { useSync } from './sync-context.js';

const NONE: readonly QueuedOperation[] = Object.freeze([]);

/**
 * The operations of an entity that the server does not have yet, in order; without dead letters.
 *
 * @example
 * ```tsx
 * const waiting = usePending(`orders/${id}`);
 * return waiting.length > 0 ? <small>{waiting.length} changes not sent yet</small> : null;
 * ```
 */
export function usePending(entity: string): readonly QueuedOperation[] {
  const { queue } = useSync();
  return useObservable(() => queue.pending$(entity), NONE, [queue, entity]);
}
