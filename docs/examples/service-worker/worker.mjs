/* global self */
// #region worker
import { FetchTransport } from '@cpc/adapters';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { SyncQueue, SyncWorker } from '@cpc/sync-core';
import { sell } from '../operations.mjs';

const queue = new SyncQueue(
  { storage: new IndexedDbQueueStorage({ name: 'market-day' }) }, // the one that the pages use
  { operations: [sell] },
);
const worker = new SyncWorker({ queue, transport: new FetchTransport({ endpoint: '/operations' }) });

/** A browser gives a `sync` event some minutes at the most; half a minute is kind to the battery. */
const BUDGET_MS = 30_000;

async function deliver() {
  await queue.open();
  await worker.drain({ deadline: Date.now() + BUDGET_MS });
  const { waiting, scheduled } = (await queue.stats()).byState;
  await queue.close();
  // A rejected promise makes the browser come back later, with a backoff of its own.
  if (waiting + scheduled > 0) throw new Error(`${waiting + scheduled} operations still wait`);
}

self.addEventListener('sync', (event) => {
  if (event.tag === 'deliver') event.waitUntil(deliver());
});
// #endregion
