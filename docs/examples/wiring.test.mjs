import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sell } from './operations.js';
import { startRecordingServer } from './recording-server.mjs';
import { wireByHand } from './wiring-by-hand.js';
import { wireOutbox } from './wiring-outbox.js';
import { wire } from './wiring.js';

let folder;
let server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-wiring-'));
  server = await startRecordingServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['through the container', wire],
  ['in one call', wireOutbox],
  ['by hand', wireByHand],
])('a queue that was wired %s delivers', async (_title, wiring) => {
  const sync = await wiring(join(folder, 'queue.sqlite'), server.endpoint);
  const { id } = await sync.queue.enqueue(sell, { stall: 7, item: 'pears' });
  await sync.worker.drain();
  await sync.close();
  expect(server.received.map(({ key }) => key)).toEqual([id]);
});
