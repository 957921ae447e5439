// #region outbox
import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { defineOperation, processQueue, SyncQueue } from '@cpc/sync-core';

type Sale = { stall: number; item: string; kilos: number };
const sell = defineOperation('stall.sell', { entity: ({ stall }: Sale) => `stalls/${stall}` });
const storage = new SqliteQueueStorage({ file: 'outbox.sqlite' });
const queue = new SyncQueue({ storage }, { operations: [sell] });
await queue.open();

if (process.argv.includes('crash')) {
  await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  process.kill(process.pid, 'SIGKILL'); // The power goes. The sale is on the disk.
}
const transport = new FetchTransport({ endpoint: process.env.SERVER ?? 'http://127.0.0.1:8080/operations' });
const { successful } = await processQueue(queue, transport);
console.log(`${successful.length} delivered`);
await queue.close();
// #endregion
