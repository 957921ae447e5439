import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FetchTransport } from '@cpc/adapters';
import { ManualNetworkMonitor } from '@cpc/network';
import { MemoryQueueStorage, processQueue, SyncQueue } from '@cpc/sync-core';
import { filter, firstValueFrom } from 'rxjs';
import { inAFile, openCopy, ordersOf, pack } from './reading.js';
import { feed, receiver } from './server.js';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-reading-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fetch = async (input, init) => {
  const request = new Request(input, init);
  if (new URL(request.url).pathname !== '/changes') return receiver.receive(request);
  const answer = await feed.receive(request);
  // As over a network: whoever gives a request up ends its answer, however long that would have gone on.
  const body = answer.body?.pipeThrough(new TransformStream(), { signal: request.signal });
  return new Response(body, answer);
};

test('an order that was made offline is listed, delivered, and listed from the copy, without a jump', async () => {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [pack] });
  await queue.open();
  const store = inAFile(join(folder, 'copy.sqlite'));
  const replica = openCopy(store, new ManualNetworkMonitor(), fetch);
  await replica.start();
  const seen = [];
  const orders$ = ordersOf(replica, queue);
  const subscription = orders$.subscribe((orders) =>
    seen.push(orders.map(({ value, state }) => `${value.number} ${state}`).join()),
  );
  await queue.enqueue(pack, { number: 1, packed: false });
  await firstValueFrom(orders$.pipe(filter(([order]) => order?.state === 'pending')));
  await processQueue(queue, new FetchTransport({ endpoint: 'https://api.example/operations', fetch }));
  await firstValueFrom(orders$.pipe(filter(([order]) => order?.state === 'synced')));
  await replica.pull();
  expect(await store.get('orders/1')).toMatchObject({ value: { number: 1, packed: false } });
  expect([...new Set(seen)].filter((list) => list !== '')).toEqual(['1 pending', '1 synced']);
  expect(seen.slice(seen.indexOf('1 pending'))).not.toContain('');
  subscription.unsubscribe();
  await replica.stop();
  await store.close();
  await queue.close();
});
