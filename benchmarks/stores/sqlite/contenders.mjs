import Database from 'better-sqlite3';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { peer } from '../../harness/peers.mjs';
import { RawQueue } from './raw.mjs';
import { folder, newOperation, PAYLOAD } from './work.mjs';

const LEASE_MS = 30_000;
const DATA = JSON.parse(PAYLOAD);

/**
 * A contender's queue in a new file: `enqueue` resolves when the operation is as durable as asked, `fill` brings many
 * operations in fast, `drain` claims and removes them in batches of 50, or as the peer does it.
 */
export async function rawQueue(durability) {
  const { file, remove } = await folder();
  const queue = new RawQueue(file, durability);
  return {
    file,
    queue,
    enqueue: () => queue.enqueue(newOperation()),
    fill: (count) => fillInBatches(count, (operations) => queue.enqueueAll(operations)),
    drain: (count) => {
      for (let left = count, token = 1; left > 0; token++) {
        const rows = queue.claim(50, token, Date.now() + LEASE_MS);
        queue.settle(rows, token);
        left -= rows.length;
      }
      return count;
    },
    close: async () => {
      queue.close();
      await remove();
    },
  };
}

export async function ourQueue(durability) {
  const { file, remove } = await folder();
  const storage = new SqliteQueueStorage({ file, durability, binding: 'better-sqlite3' });
  await storage.open();
  return {
    file,
    storage,
    enqueue: () => storage.enqueue([[newOperation()]]),
    fill: (count, entityOf = () => undefined) =>
      fillInBatches(
        count,
        (operations) => storage.enqueue(operations.map((operation) => [operation])),
        entityOf,
      ),
    drain: (count, perEntity = 1) => drainOurs(storage, count, perEntity),
    close: async () => {
      await storage.close();
      await remove();
    },
  };
}

async function drainOurs(storage, count, perEntity) {
  for (let left = count; left > 0;) {
    const { token, operations } = await storage.claim({
      now: Date.now(),
      limit: 50,
      leaseMs: LEASE_MS,
      perEntity,
    });
    await storage.settle(
      token,
      operations.map(({ id }) => ({ id, kind: 'remove' })),
    );
    left -= operations.length;
  }
  return count;
}

/** plainjob sets `synchronous = NORMAL` by itself; for `full` that is corrected, so that both sides promise the same. */
export async function plainjobQueue(durability) {
  const { better, defineQueue, defineWorker } = await peer('plainjob');
  const { file, remove } = await folder();
  const database = new Database(file);
  const logger = { error: console.error, warn() {}, info() {}, debug() {} };
  const queue = defineQueue({ connection: better(database), logger });
  database.pragma(`synchronous = ${durability}`);
  return {
    file,
    enqueue: () => queue.add('work', DATA),
    fill: (count) => void queue.addMany('work', Array(count).fill(DATA)),
    drain: async (count) => {
      let left = count;
      let finish;
      const finished = new Promise((resolve) => (finish = resolve));
      const worker = defineWorker('work', () => void (--left === 0 && finish()), { queue, logger });
      const running = worker.start();
      await finished;
      await worker.stop();
      await running;
      return count;
    },
    close: async () => {
      queue.close();
      await remove();
    },
  };
}

/** better-queue-sqlite runs with `synchronous = OFF` and answers before it writes: nothing here survives a crash. */
export async function betterQueue() {
  const { default: BetterQueue } = await peer('better-queue');
  const { default: Store } = await peer('better-queue-sqlite');
  const { file, remove } = await folder();
  let left = Infinity;
  let finish = () => undefined;
  const store = new Store({ path: file });
  const queue = new BetterQueue((task, done) => done(null, task), { store, batchSize: 1, concurrent: 1 });
  queue.on('task_finish', () => void (--left === 0 && finish()));
  queue.pause();
  const enqueue = () =>
    new Promise((resolve, reject) =>
      queue.push(DATA, undefined).on('accepted', resolve).on('failed', reject),
    );
  return {
    file,
    enqueue,
    fill: async (count) => {
      await Promise.all(Array.from({ length: count }, enqueue));
    },
    drain: async (count) => {
      left = count;
      const finished = new Promise((resolve) => (finish = resolve));
      queue.resume();
      await finished;
      return count;
    },
    close: async () => {
      await new Promise((resolve) => queue.destroy(resolve));
      await remove();
    },
  };
}

async function fillInBatches(count, enqueueAll, entityOf = () => undefined) {
  for (let from = 0; from < count; from += 500) {
    const size = Math.min(500, count - from);
    await enqueueAll(Array.from({ length: size }, (_, at) => newOperation(entityOf(from + at))));
  }
}
