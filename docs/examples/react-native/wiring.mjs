// #region wiring
import { ReactNativeNetworkMonitor } from '@cpc/network';
import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { SyncQueue, SyncWorker } from '@cpc/sync-core';
import { sell } from '../operations.mjs';
import { expoBinding } from './expo-driver.mjs';

export async function startSync({ openDatabaseSync, netInfo, appState, endpoint }) {
  const storage = new SqliteQueueStorage({ file: 'queue.db', binding: expoBinding(openDatabaseSync) });
  const queue = new SyncQueue({ storage }, { operations: [sell] });
  const monitor = new ReactNativeNetworkMonitor({ netInfo, appState });
  const worker = new SyncWorker({ queue, monitor, transport: new FetchTransport({ endpoint }) });
  await queue.open();
  await monitor.start();
  await worker.start();
  return { queue, monitor, worker };
}

/** For expo-background-task, or a headless task of Android: what can go in twenty seconds goes. */
export async function deliverInBackground({ worker }) {
  const { failed } = await worker.drain({ deadline: Date.now() + 20_000 });
  return failed.length;
}
// #endregion
