import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { NetInfoStateLike } from '@cpc/network';
import { betterSqlite3 } from '@cpc/storage-sqlite';
import { addNote, ENDPOINT, recordingFetch } from '../../test/recording-fetch.js';
import { createOutbox } from '../index.js';
import { reactNativePreset, type ReactNativePresetOptions } from './react-native.js';

const operations = [addNote];
let folder: string;
let sqlite: Pick<ReactNativePresetOptions, 'database' | 'binding'>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-native-'));
  sqlite = { database: join(folder, 'queue.db'), binding: betterSqlite3 };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A NetInfo that says what it is told to say. */
function netInfoStandIn() {
  const listeners = new Set<(state: NetInfoStateLike) => void>();
  const addEventListener = (listener: (state: NetInfoStateLike) => void) => {
    listeners.add(listener);
    listener({ type: 'wifi', isConnected: true, isInternetReachable: true });
    return () => void listeners.delete(listener);
  };
  const say = (state: NetInfoStateLike) => listeners.forEach((listener) => listener(state));
  return { netInfo: { addEventListener }, say, listeners };
}

test('delivers from the SQLite that was handed in', async () => {
  const { fetch, keys } = recordingFetch();
  const { netInfo } = netInfoStandIn();
  const plugins = reactNativePreset({ ...sqlite, endpoint: ENDPOINT, netInfo, transport: { fetch } });
  await using sync = createOutbox({ plugins, operations });
  await sync.start();
  const { id } = await sync.queue.enqueue(addNote, { text: 'apples' });
  await sync.worker.drain();
  expect(keys).toEqual([id]);
});

test('hears NetInfo, and AppState where it is given, until it is closed', async () => {
  const { netInfo, say, listeners } = netInfoStandIn();
  let watching = 0;
  const appState = {
    addEventListener: () => {
      watching += 1;
      return { remove: () => void (watching -= 1) };
    },
  };
  const sync = createOutbox({
    plugins: reactNativePreset({ ...sqlite, endpoint: ENDPOINT, netInfo, appState }),
    operations,
  });
  await sync.start();
  expect([sync.monitor?.status.state, watching]).toEqual(['online', 1]);
  say({ type: 'none', isConnected: false });
  expect(sync.monitor?.status.state).toBe('offline');
  await sync.close();
  expect([listeners.size, watching]).toEqual([0, 0]);
});
