import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { startRecordingServer } from '../recording-server.mjs';
import { sell } from '../operations.js';
import { expoBinding } from './expo-driver.js';
import { openDatabaseSync } from './expo-stand-in.mjs';
import { startByHand } from './wiring-by-hand.js';
import { deliverInBackground, startSync } from './wiring.js';

let folder;
let server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-native-'));
  server = await startRecordingServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What NetInfo and AppState are to the monitor. */
function platform() {
  const state = { isConnected: true, isInternetReachable: true, type: 'wifi', details: {} };
  return {
    netInfo: {
      addEventListener: (listener) => {
        listener(state);
        return () => undefined;
      },
      fetch: async () => state,
      refresh: async () => state,
    },
    appState: { currentState: 'active', addEventListener: () => ({ remove: () => undefined }) },
  };
}

test.each([
  ['by its preset', startSync],
  ['by hand', startByHand],
])('a queue on expo’s interface, wired %s, keeps and delivers', async (_, start) => {
  const sync = await start({
    ...platform(),
    openDatabaseSync: (file) => openDatabaseSync(join(folder, file)),
    endpoint: server.endpoint,
  });
  const { id } = await sync.queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  expect(await deliverInBackground(sync)).toBe(0);
  expect(server.received.map(({ key }) => key)).toEqual([id]);
  await sync.close();
});

test('a damaged file is told by its code', async () => {
  const file = join(folder, 'damaged.db');
  writeFileSync(file, 'this is a text, and not a database at all, however long it may be'.repeat(20));
  const storage = new SqliteQueueStorage({ file, binding: expoBinding(openDatabaseSync) });
  await expect(storage.open()).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
});
