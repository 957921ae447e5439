import 'fake-indexeddb/auto';
import { afterEach, expect, test } from '@jest/globals';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { SyncQueue } from '@cpc/sync-core';
import { startRecordingServer } from '../recording-server.mjs';
import { sell } from '../operations.js';
import { deliverInBackground } from './page.js';
import { deliverByHand } from './worker-by-hand.js';

const listeners = new Map();
globalThis.self = { addEventListener: (type, listener) => listeners.set(type, listener) };
const fetchOfPlatform = globalThis.fetch;
globalThis.location = new URL('http://127.0.0.1/');
let server;
afterEach(async () => {
  globalThis.fetch = fetchOfPlatform;
  await server?.close();
});

function openQueue() {
  const storage = new IndexedDbQueueStorage({ name: 'market-day' });
  return new SyncQueue({ storage }, { operations: [sell] });
}

test('a sync event delivers what the page left behind', async () => {
  server = await startRecordingServer();
  globalThis.location = new URL(server.endpoint);
  await import('./worker.js');

  const queue = openQueue();
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

  const events = [];
  const sync = () =>
    listeners.get('sync')({ tag: 'deliver', waitUntil: (promise) => void events.push(promise) });
  sync();
  sync();
  await Promise.all(events);
  expect(server.received.map(({ key }) => key)).toEqual([id]);
}, 60_000);

test('an event after which something still waits is a rejected one, so that another comes', async () => {
  globalThis.location = new URL('http://127.0.0.1:1/operations');
  await import('./worker.js');
  const queue = openQueue();
  await queue.open();
  const { id } = await queue.enqueue(sell, { stall: 7, item: 'plums', kilos: 1 });
  let event;
  listeners.get('sync')({ tag: 'deliver', waitUntil: (promise) => (event = promise) });
  await expect(event).rejects.toThrow('1 operations still wait');
  await queue.discard(id);
  await queue.close();
}, 60_000);

test('without a container it comes to the same', async () => {
  server = await startRecordingServer();
  globalThis.location = new URL(server.endpoint);
  const queue = openQueue();
  await queue.open();
  const { id } = await queue.enqueue(sell, { stall: 7, item: 'pears', kilos: 1 });
  await queue.close();
  expect(await deliverByHand(Date.now() + 30_000)).toBe(0);
  expect(server.received.map(({ key }) => key)).toEqual([id]);
}, 60_000);
