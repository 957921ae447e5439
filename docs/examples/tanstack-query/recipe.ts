// #region network
import type { NetworkMonitor } from '@cpc/network';
import { onlineManager } from '@tanstack/query-core'; // or from @tanstack/react-query, which exports the same

/** Queries pause and resume by what the monitor has found out, instead of by `navigator.onLine`. */
export function followNetwork(monitor: NetworkMonitor): void {
  onlineManager.setEventListener((setOnline) =>
    monitor.register(({ state }) => setOnline(state !== 'offline' && state !== 'captive')),
  );
}
// #endregion

// #region invalidate
import type { SyncQueue } from '@cpc/sync-core';
import type { QueryClient, QueryKey } from '@tanstack/query-core';

type KeyOf = (entity: string | undefined) => QueryKey;

/** What was delivered is read anew: the server's value now has the change in it. */
export function refreshDelivered(queue: SyncQueue, client: QueryClient, queryKeyOf: KeyOf) {
  return queue.events$.subscribe((event) => {
    if (event.type === 'acknowledged') void client.invalidateQueries({ queryKey: queryKeyOf(event.entity) });
  });
}
// #endregion

// #region optimistic
import { project, type QueuedOperation } from '@cpc/sync-core';
import type { QueryObserver } from '@tanstack/query-core';
import { combineLatest, map, Observable } from 'rxjs';

interface OptimisticQuery<T> {
  readonly queue: Pick<SyncQueue, 'pending$'>;
  readonly query: QueryObserver<T>;
  readonly entity: string;
  readonly apply: (data: T, operation: QueuedOperation) => T;
}

/** A query's data with the waiting changes laid over it. In React: `useOptimistic(entity, query.data, apply)`. */
export function optimisticQuery<T>({ queue, query, entity, apply }: OptimisticQuery<T>) {
  const data$ = new Observable<T | undefined>((observer) =>
    query.subscribe(({ data }) => observer.next(data)),
  );
  return combineLatest([data$, queue.pending$(entity)]).pipe(
    map(([data, pending]) => (data === undefined ? undefined : project(data, pending, apply))),
  );
}
// #endregion
