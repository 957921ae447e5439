import 'fake-indexeddb/auto';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sell } from './operations.js';
import { deliver } from './presets-service-worker.js';
import { wirePage } from './presets.js';
import { startRecordingServer } from './recording-server.mjs';

let server;
let healthServer;
let addresses;
beforeEach(async () => {
  server = await startRecordingServer();
  healthServer = createServer((_request, response) => response.writeHead(204).end());
  await new Promise((resolve) => healthServer.listen(0, '127.0.0.1', resolve));
  addresses = {
    endpoint: server.endpoint,
    health: `http://127.0.0.1:${healthServer.address().port}/health`,
  };
});
afterEach(async () => {
  await server.close();
  healthServer.closeAllConnections();
  await new Promise((resolve) => healthServer.close(resolve));
});

test('a page that was wired by its preset delivers, and its probe finds the network', async () => {
  const sync = wirePage(addresses);
  await sync.start();
  await new Promise((resolve) => sync.monitor.register(({ state }) => state === 'online' && resolve()));
  const { id } = await sync.queue.enqueue(sell, { stall: 7, item: 'pears' });
  await sync.worker.drain();
  await sync.close();
  expect(server.received.map(({ key }) => key)).toEqual([id]);
}, 60_000);

test('the service worker delivers what the page left behind', async () => {
  const page = wirePage(addresses);
  await page.open();
  const { id } = await page.queue.enqueue(sell, { stall: 7, item: 'apples' });
  await page.close();
  expect(server.received).toEqual([]);
  await deliver(addresses.endpoint);
  expect(server.received.map(({ key }) => key)).toEqual([id]);
}, 60_000);
