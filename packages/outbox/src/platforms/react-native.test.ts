import { expect, test } from '@jest/globals';
import type { NetInfoStateLike } from '@cpc/network';
import { MemoryQueueStorage, type SyncPlugin } from '@cpc/sync-core';
import { addNote, ENDPOINT, recordingFetch } from '../../test/recording-fetch.js';
import { createSyncContainer } from '../index.js';
import { reactNativePreset } from './react-native.js';

const operations = [addNote];
const storage: SyncPlugin = { name: 'memory', queueStorage: () => new MemoryQueueStorage() };

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

test('delivers from the storage that was handed in', async () => {
  const { fetch, keys } = recordingFetch();
  const { netInfo } = netInfoStandIn();
  const plugins = reactNativePreset({ storage, endpoint: ENDPOINT, netInfo, transport: { fetch } });
  await using sync = createSyncContainer({ plugins, operations });
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
  const sync = createSyncContainer({
    plugins: reactNativePreset({ storage, endpoint: ENDPOINT, netInfo, appState }),
    operations,
  });
  await sync.start();
  expect([sync.monitor?.status.state, watching]).toEqual(['online', 1]);
  say({ type: 'none', isConnected: false });
  expect(sync.monitor?.status.state).toBe('offline');
  await sync.close();
  expect([listeners.size, watching]).toEqual([0, 0]);
});

test('a plugin that brings no storage is told when the container is built', () => {
  const { netInfo } = netInfoStandIn();
  const plugins = reactNativePreset({ storage: { name: 'nothing' }, endpoint: ENDPOINT, netInfo });
  expect(() => createSyncContainer({ plugins, operations })).toThrow(
    expect.objectContaining({ code: 'PLUGIN_MISSING' }),
  );
});
