// #region by-hand
import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { SyncQueue, SyncWorker } from '@cpc/sync-core';
import { sell } from './operations.js';

export async function wireByHand(file: string, endpoint: string) {
  const storage = new SqliteQueueStorage({ file });
  const transport = new FetchTransport({ endpoint });
  const queue = new SyncQueue({ storage }, { operations: [sell] });
  const worker = new SyncWorker({ queue, transport });
  await queue.open();
  await worker.start();
  const close = async (): Promise<void> => {
    await worker.stop();
    await queue.close();
  };
  return { queue, worker, storage, transport, close };
}
// #endregion
