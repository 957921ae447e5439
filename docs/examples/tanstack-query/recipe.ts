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
import { Observable } from 'rxjs';

interface OptimisticQuery<T> {
  readonly queue: Pick<SyncQueue, 'events$' | 'pending$'>;
  readonly query: QueryObserver<T>;
  readonly entity: string;
  readonly apply: (data: T, operation: QueuedOperation) => T;
}

/**
 * A query's data with the changes laid over it that it does not have: those that wait, and those that were delivered
 * until `refreshDelivered` has read the data anew. So it goes from the old value to the new one, and never back.
 */
export function optimisticQuery<T>({ queue, query, entity, apply }: OptimisticQuery<T>) {
  return new Observable<T | undefined>((observer) => {
    const reads = (): number => query.getCurrentQuery().state.dataUpdateCount;
    let waiting: readonly QueuedOperation[] = [];
    const delivered = new Map<string, { readonly operation: QueuedOperation; readonly reads: number }>();
    const tell = (): void => {
      const { data } = query.getCurrentResult();
      for (const [id, one] of delivered)
        if (one.reads !== reads() && !waiting.some((operation) => operation.id === id)) delivered.delete(id);
      const laid = [...delivered.values()].filter((one) => one.reads === reads());
      const left = waiting.filter(({ id }) => !delivered.has(id));
      const operations = [...laid.map(({ operation }) => operation), ...left];
      observer.next(data === undefined ? undefined : project(data, operations, apply));
    };
    const subscription = queue.events$.subscribe((event) => {
      const operation = event.type === 'acknowledged' && waiting.find(({ id }) => id === event.id);
      if (operation) delivered.set(operation.id, { operation, reads: reads() });
    });
    subscription.add(
      queue.pending$(entity).subscribe((pending) => {
        waiting = pending;
        tell();
      }),
    );
    subscription.add(query.subscribe(tell));
    return subscription;
  });
}
// #endregion
