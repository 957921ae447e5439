// #region by-hand
import { ReactNativeNetworkMonitor } from '@cpc/network';
import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { SyncQueue, SyncWorker } from '@cpc/sync-core';
import { sell } from '../operations.mjs';
import { expoBinding } from './expo-driver.mjs';

export async function startByHand({ openDatabaseSync, netInfo, appState, endpoint }) {
  const storage = new SqliteQueueStorage({ file: 'queue.db', binding: expoBinding(openDatabaseSync) });
  const queue = new SyncQueue({ storage }, { operations: [sell] });
  const monitor = new ReactNativeNetworkMonitor({ netInfo, appState });
  const worker = new SyncWorker({ queue, monitor, transport: new FetchTransport({ endpoint }) });
  await queue.open();
  await monitor.start();
  await worker.start();
  const close = async () => {
    await worker.stop();
    await monitor.stop();
    await queue.close();
  };
  return { queue, monitor, worker, close };
}
// #endregion
