// #region optimistic
import { project, type QueuedOperation, type SyncQueue } from '@cpc/sync-core';
import { map, type Observable } from 'rxjs';

/** Kilos by item. */
type Stock = Readonly<Record<string, number>>;

/** The stall's stock as the person should see it: the server's, with their own sales taken off. */
export function stockSeen(queue: SyncQueue, stall: number, stockOfServer: Stock): Observable<Stock> {
  return queue
    .pending$(`stalls/${stall}`)
    .pipe(map((pending) => project(stockOfServer, pending, withoutSale)));
}

function withoutSale(stock: Stock, { payload }: QueuedOperation): Stock {
  const { item, kilos } = payload as { item: string; kilos: number };
  return { ...stock, [item]: (stock[item] ?? 0) - kilos };
}
// #endregion
