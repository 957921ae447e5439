// #region network
import { onlineManager } from '@tanstack/query-core'; // or from @tanstack/react-query, which exports the same

/** Queries pause and resume by what the monitor has found out, instead of by `navigator.onLine`. */
export function followNetwork(monitor) {
  onlineManager.setEventListener((setOnline) =>
    monitor.register(({ state }) => setOnline(state !== 'offline' && state !== 'captive')),
  );
}
// #endregion

// #region invalidate
/** What was delivered is read anew: the server's value now has the change in it. */
export function refreshDelivered(queue, client, queryKeyOf) {
  return queue.events$.subscribe((event) => {
    if (event.type === 'acknowledged') void client.invalidateQueries({ queryKey: queryKeyOf(event.entity) });
  });
}
// #endregion

// #region optimistic
import { project } from '@cpc/sync-core';
import { combineLatest, map, Observable } from 'rxjs';

/** A query's data with the waiting changes laid over it. In React: `useOptimistic(entity, query.data, apply)`. */
export function optimisticQuery({ queue, query, entity, apply }) {
  const data$ = new Observable((observer) => query.subscribe(({ data }) => observer.next(data)));
  return combineLatest([data$, queue.pending$(entity)]).pipe(
    map(([data, pending]) => (data === undefined ? undefined : project(data, pending, apply))),
  );
}
// #endregion
