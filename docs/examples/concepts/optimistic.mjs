// #region optimistic
import { project } from '@cpc/sync-core';
import { map } from 'rxjs';

/** The stall's stock as the person should see it: the server's, with their own sales taken off. */
export function stockSeen(queue, stall, stockOfServer) {
  return queue
    .pending$(`stalls/${stall}`)
    .pipe(map((pending) => project(stockOfServer, pending, withoutSale)));
}

function withoutSale(stock, { payload: { item, kilos } }) {
  return { ...stock, [item]: stock[item] - kilos };
}
// #endregion
