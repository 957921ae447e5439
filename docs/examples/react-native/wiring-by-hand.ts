// #region by-hand
import { type AppStateLike, type NetInfoLike, ReactNativeNetworkMonitor } from '@cpc/network';
import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { SyncQueue, SyncWorker } from '@cpc/sync-core';
import { sell } from '../operations.js';
import { expoBinding, type ExpoDatabase } from './expo-driver.js';

interface Platform {
  readonly openDatabaseSync: (file: string) => ExpoDatabase;
  readonly netInfo: NetInfoLike;
  readonly appState: AppStateLike;
  readonly endpoint: string;
}

export async function startByHand({ openDatabaseSync, netInfo, appState, endpoint }: Platform) {
  const storage = new SqliteQueueStorage({ file: 'queue.db', binding: expoBinding(openDatabaseSync) });
  const queue = new SyncQueue({ storage }, { operations: [sell] });
  const monitor = new ReactNativeNetworkMonitor({ netInfo, appState });
  const worker = new SyncWorker({ queue, monitor, transport: new FetchTransport({ endpoint }) });
  await queue.open();
  await monitor.start();
  await worker.start();
  const close = async (): Promise<void> => {
    await worker.stop();
    await monitor.stop();
    await queue.close();
  };
  return { queue, monitor, worker, close };
}
// #endregion
