import { afterEach, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { MemoryQueueStorage, processQueue, SyncQueue } from '@cpc/sync-core';
import { onlineManager, QueryClient, QueryObserver } from '@tanstack/query-core';
import { filter, firstValueFrom } from 'rxjs';
import { sell } from '../operations.js';
import { followNetwork, optimisticQuery, refreshDelivered } from './recipe.js';

const client = new QueryClient();
afterEach(() => {
  client.clear();
  onlineManager.setOnline(true);
});

test('queries follow what the monitor has found out', () => {
  const monitor = new ManualNetworkMonitor();
  const stop = onlineManager.subscribe(() => undefined);
  followNetwork(monitor);
  for (const [state, isOnline] of [
    ['captive', false],
    ['online', true],
    ['offline', false],
    ['degraded', true],
  ]) {
    monitor.set(state);
    expect([state, onlineManager.isOnline()]).toEqual([state, isOnline]);
  }
  stop();
});

test('a page shows the change at once, and the server’s value once it has the change', async () => {
  const server = { apples: 10 };
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [sell] });
  await queue.open();
  const query = new QueryObserver(client, {
    queryKey: ['stock', 'stalls/7'],
    queryFn: async () => ({ ...server }),
  });
  refreshDelivered(queue, client, (entity) => ['stock', entity]);
  const apply = (stock, { payload }) => ({ ...stock, [payload.item]: stock[payload.item] - payload.kilos });
  const stock$ = optimisticQuery({ queue, query, entity: 'stalls/7', apply });
  const shows = (apples) => firstValueFrom(stock$.pipe(filter((stock) => stock?.apples === apples)));

  await shows(10);
  await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  await shows(7);
  await processQueue(queue, {
    send: async (operations) =>
      operations.map(({ payload }) => {
        server[payload.item] -= payload.kilos;
        return { kind: 'acknowledged' };
      }),
  });
  await shows(7);
  expect((await queue.stats()).total).toBe(0);
  expect(client.getQueryData(['stock', 'stalls/7'])).toEqual({ apples: 7 });
});
