import { defineOperation, MemoryQueueStorage, processQueue, SyncQueue, SyncWorker } from '@cpc/sync-core';

const CALLERS = 100;
const BATCH = 50;
/** An order as a stall takes it: some 60 bytes of JSON. */
const payload = { stall: 'a12', item: 4711, quantity: 2, note: 'no onions' };
const order = defineOperation('order.place');
const acknowledge = {
  maxBatchSize: BATCH,
  send: (operations) => Promise.resolve(operations.map(() => ({ kind: 'acknowledged' }))),
};

export async function openQueue() {
  const queue = new SyncQueue(
    { storage: new MemoryQueueStorage() },
    { operations: [order], maxPending: 2_000_000 },
  );
  await queue.open();
  return queue;
}

export async function enqueueMany(queue, count) {
  for (let done = 0; done < count; done += CALLERS) {
    await Promise.all(Array.from({ length: CALLERS }, () => queue.enqueue(order, payload)));
  }
}

export function enqueueing(count) {
  return {
    name: '@cpc/sync-core',
    prepare: async () => {
      const queue = await openQueue();
      const run = async () => {
        await enqueueMany(queue, count);
        return count;
      };
      return { run, close: () => queue.close() };
    },
  };
}

export function delivering(count) {
  return {
    name: '@cpc/sync-core',
    prepare: async () => {
      const queue = await openQueue();
      await enqueueMany(queue, count);
      const run = async () => {
        await processQueue(queue, acknowledge);
        const { total } = await queue.stats();
        if (total !== 0) throw new Error(`${total} operations were not delivered`);
        return count;
      };
      return { run, close: () => queue.close() };
    },
  };
}

/** Seconds for an enqueue and a delivery while `depth` operations wait. */
export async function secondsPerOperationAt(depth, count = 20_000) {
  const queue = await openQueue();
  await enqueueMany(queue, depth);
  const { deliver, stop } = await delivery(queue);
  globalThis.gc?.();
  const begin = performance.now();
  for (let done = 0; done < count; done += 1000) {
    await enqueueMany(queue, 1000);
    await deliver(1000);
  }
  const seconds = (performance.now() - begin) / 1000 / count;
  await stop();
  await queue.close();
  return seconds;
}

/** A worker that delivers so many operations when asked and leaves the others. */
async function delivery(queue) {
  let left = 0;
  let enough;
  const transport = {
    ...acknowledge,
    send: (operations) => {
      left -= operations.length;
      if (left <= 0) {
        worker.pause();
        enough();
      }
      return acknowledge.send(operations);
    },
  };
  const worker = new SyncWorker({ queue, transport }, { concurrency: 1 });
  worker.pause();
  await worker.start();
  const deliver = (count) =>
    new Promise((resolve) => {
      left = count;
      enough = resolve;
      worker.resume();
    });
  return { deliver, stop: () => worker.stop() };
}

/** How much longer than the storage's own call an awaited enqueue takes, at the 99th percentile. */
export async function overheadP99Ms(count) {
  const queue = await openQueue();
  const { storage } = queue;
  const template = await sample(queue);
  const viaQueue = [];
  const direct = [];
  for (let at = 0; at < count; at++) {
    let begin = performance.now();
    await queue.enqueue(order, payload);
    viaQueue.push(performance.now() - begin);
    const operation = { ...template, id: `direct-${at}` };
    begin = performance.now();
    await storage.enqueue([[operation]]);
    direct.push(performance.now() - begin);
  }
  return percentile(viaQueue, 0.99) - percentile(direct, 0.99);
}

async function sample(queue) {
  const { id } = await queue.enqueue(order, payload);
  return queue.storage.get(id);
}

function percentile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
}
