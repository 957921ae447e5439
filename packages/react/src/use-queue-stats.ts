import type { QueueStats } from '@cpc/sync-core';
import { useObservable } from './observable-store.js';
import { useSync } from './sync-context.js';

/**
 * The queue's figures, at most four times a second while they change; `undefined` until they were read.
 *
 * @example
 * ```tsx
 * const stats = useQueueStats();
 * return <span>{stats?.total ?? 0} changes on this device</span>;
 * ```
 */
export function useQueueStats(): QueueStats | undefined {
  const { queue } = useSync();
  return useObservable<QueueStats | undefined>(() => queue.stats$, undefined, [queue]);
}
