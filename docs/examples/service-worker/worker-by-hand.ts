// #region by-hand
import { FetchTransport } from '@cpc/adapters';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { SyncQueue, SyncWorker } from '@cpc/sync-core';
import { sell } from '../operations.js';

export async function deliverByHand(deadline: number): Promise<number> {
  const storage = new IndexedDbQueueStorage({ name: 'market-day' });
  const queue = new SyncQueue({ storage }, { operations: [sell] });
  const worker = new SyncWorker({ queue, transport: new FetchTransport({ endpoint: '/operations' }) });
  await queue.open();
  try {
    await worker.drain({ deadline });
    const { waiting, scheduled } = (await queue.stats()).byState;
    return waiting + scheduled;
  } finally {
    await queue.close();
  }
}
// #endregion
