import { setImmediate } from 'node:timers';
import { afterEach, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { MemoryQueueStorage, processQueue, SyncQueue } from '@cpc/sync-core';
import { onlineManager, QueryClient, QueryObserver } from '@tanstack/query-core';
import { filter, firstValueFrom, startWith, Subject } from 'rxjs';
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

test('a value that takes a while to read goes from old to new, and never back', async () => {
  const server = { apples: 10 };
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [sell] });
  await queue.open();
  const readings = [];
  const queryFn = async () => {
    const stock = { ...server };
    if (readings.length > 0) await readings.shift();
    return stock;
  };
  const query = new QueryObserver(client, { queryKey: ['stock', 'stalls/7'], queryFn });
  refreshDelivered(queue, client, (entity) => ['stock', entity]);
  const apply = (stock, { payload }) => ({ ...stock, [payload.item]: stock[payload.item] - payload.kilos });
  const shown = [];
  const frames = new Subject();
  const subscription = optimisticQuery({ queue, query, entity: 'stalls/7', apply }).subscribe((stock) => {
    if (stock !== undefined && shown.at(-1) !== stock.apples) shown.push(stock.apples);
    frames.next();
  });
  const until = (condition) => firstValueFrom(frames.pipe(startWith(0), filter(condition)));
  await until(() => shown.at(-1) === 10);
  await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  await until(() => shown.at(-1) === 7);
  let release;
  readings.push(new Promise((resolve) => (release = resolve)));
  await processQueue(queue, {
    send: async (operations) =>
      operations.map(({ payload }) => {
        server[payload.item] -= payload.kilos;
        return { kind: 'acknowledged' };
      }),
  });
  // Delivered, and the value is being read.
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.getQueryData(['stock', 'stalls/7'])).toEqual({ apples: 10 });
  expect(client.isFetching()).toBe(1);
  release();
  await until(() => client.isFetching() === 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.getQueryData(['stock', 'stalls/7'])).toEqual({ apples: 7 });
  expect(shown).toEqual([10, 7]);
  subscription.unsubscribe();
});
