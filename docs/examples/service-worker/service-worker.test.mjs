import 'fake-indexeddb/auto';
import { afterEach, expect, test } from '@jest/globals';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { SyncQueue } from '@cpc/sync-core';
import { startRecordingServer } from '../recording-server.mjs';
import { sell } from '../operations.mjs';
import { deliverInBackground } from './page.mjs';

const listeners = new Map();
globalThis.self = { addEventListener: (type, listener) => listeners.set(type, listener) };
const fetchOfPlatform = globalThis.fetch;
globalThis.location = new URL('http://127.0.0.1/');
let server;
afterEach(async () => {
  globalThis.fetch = fetchOfPlatform;
  await server?.close();
});

test('a sync event delivers what the page left behind', async () => {
  server = await startRecordingServer();
  globalThis.location = new URL(server.endpoint);
  await import('./worker.mjs');

  const queue = new SyncQueue(
    { storage: new IndexedDbQueueStorage({ name: 'market-day' }) },
    { operations: [sell] },
  );
  await queue.open();
  const tags = [];
  const registration = { sync: { register: async (tag) => void tags.push(tag) } };
  Object.defineProperty(globalThis, 'navigator', {
    value: { serviceWorker: { ready: Promise.resolve(registration) } },
    configurable: true,
  });
  await deliverInBackground(queue);
  const { id } = await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  await queue.close();
  expect(tags).toEqual(['deliver']);

  let work;
  listeners.get('sync')({ tag: 'deliver', waitUntil: (promise) => (work = promise) });
  await work;
  expect(server.received.map(({ key }) => key)).toEqual([id]);
}, 60_000);
