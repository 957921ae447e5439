import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { defineOperation, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { payload } from './payload.mjs';

const LEASE_MS = 60_000;
const change = defineOperation('bench.change');

/** The whole library: a queue with its events and checks, and a worker that sends batches of 50 to nowhere. */
export const library = {
  open: async (name) => {
    const queue = new SyncQueue({ storage: new IndexedDbQueueStorage({ name }) }, { operations: [change] });
    const transport = {
      maxBatchSize: 50,
      send: async (operations) => operations.map(() => ({ kind: 'acknowledged' })),
    };
    const worker = new SyncWorker({ queue, transport }, { reconnectJitterMs: 0 });
    await queue.open();
    let next = 0;
    return {
      enqueue: (n) => Promise.all(Array.from({ length: n }, () => queue.enqueue(change, payload(next++)))),
      drain: async () => {
        await worker.start();
        const { storage } = queue;
        while ((await storage.stats()).total > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      },
      close: async () => {
        await worker.stop();
        await queue.close();
      },
    };
  },
};

/** The storage without the queue and the worker around it. */
export const storageAlone = {
  open: async (name) => {
    const storage = new IndexedDbQueueStorage({ name });
    await storage.open();
    let next = 0;
    return {
      enqueue: (n) => Promise.all(Array.from({ length: n }, () => storage.enqueue([[record(next++)]]))),
      drain: async () => {
        for (;;) {
          const claim = await storage.claim({ now: 1_700_000_000_000, limit: 50, leaseMs: LEASE_MS });
          if (claim.operations.length === 0) return;
          await storage.settle(
            claim.token,
            claim.operations.map(({ id }) => ({ id, kind: 'remove' })),
          );
        }
      },
      close: () => storage.close(),
    };
  },
};

function record(n) {
  const now = 1_700_000_000_000;
  return {
    id: `operation-${n}`,
    kind: 'bench.change',
    payload: JSON.stringify(payload(n)),
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: now,
    scheduledAt: now,
    timestamp: `${now}:0:bench`,
    conflictRounds: 0,
  };
}
