// #region till
import { FetchTransport } from '@cpc/adapters';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { defineOperation, SyncQueue, SyncWorker } from '@cpc/sync-core';

// One kind of operation. Sales of one stall stay in order; other stalls never wait for them.
const sell = defineOperation('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });

const queue = new SyncQueue({ storage: new SqliteQueueStorage({ file: 'till.db' }) }, { operations: [sell] });
await queue.open();
queue.events$.subscribe(({ type, id }) => console.log(type, id));

const transport = new FetchTransport({ endpoint: process.env.SERVER ?? 'http://127.0.0.1:8080/operations' });
const worker = new SyncWorker({ queue, transport });
await worker.start();

const [stall, item, kilos] = process.argv.slice(2);
if (item !== undefined) await queue.enqueue(sell, { stall: Number(stall), item, kilos: Number(kilos) });
// #endregion
// The test gives it some time, and then closes it as an app would.
process.on('message', async () => {
  await worker.stop();
  await queue.close();
  process.exit();
});
