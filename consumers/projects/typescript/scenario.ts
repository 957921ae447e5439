import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { defineOperation, isSyncError, OperationPriority, processQueue, SyncQueue } from '@cpc/sync-core';

interface Sale {
  readonly stall: number;
  readonly item: string;
}

const sell = defineOperation<Sale>('stall.sell', {
  entity: ({ stall }) => `stalls/${stall}`,
  priority: OperationPriority.High,
});

/** Never called: it is for the compiler. */
export const withoutItem = (queue: SyncQueue) =>
  // @ts-expect-error A sale has an item.
  queue.enqueue(sell, { stall: 7 });

export async function run(file: string, endpoint: string): Promise<number> {
  const queue = new SyncQueue({ storage: new SqliteQueueStorage({ file }) }, { operations: [sell] });
  await queue.open();
  try {
    await queue.enqueue(sell, { stall: 7, item: 'cherries' });
    const { successful } = await processQueue(queue, new FetchTransport({ endpoint }));
    return successful.length;
  } catch (error) {
    if (isSyncError(error, 'STORAGE_FULL')) return 0;
    throw error;
  } finally {
    await queue.close();
  }
}
