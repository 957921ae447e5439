import { peer } from '../../harness/peers.mjs';
import { callers, PAYLOAD } from './work.mjs';

const DATA = JSON.parse(PAYLOAD);
const CONCURRENCY = 50;
const FILL = 1000;

/**
 * BullMQ, where a Redis answers at `REDIS_URL` or on this machine. What it promises is decided by that Redis: with
 * `appendfsync always` it is compared with synced commits, else with commits that a power cut may undo.
 *
 * @returns {Promise<{ name: string, durability: 'full' | 'normal', make: () => Promise<object> } | undefined>}
 */
export async function findBullMq(log) {
  const url = process.env.REDIS_URL ?? 'redis://localhost:6379';
  const sync = await syncOf(url);
  if (sync === undefined) {
    log(`  no Redis answers at ${new URL(url).host}: BullMQ is left out`);
    return undefined;
  }
  return {
    name: `BullMQ, ${sync}`,
    durability: sync === 'appendfsync always' ? 'full' : 'normal',
    make: () => bullMqQueue(url),
  };
}

/** How the Redis at a URL keeps what it is told, in the words of its configuration; `undefined` where none answers. */
async function syncOf(url) {
  const { Redis } = await peer('ioredis');
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 2000, retryStrategy: () => null });
  // What goes wrong rejects the connection, too.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
  } catch {
    return undefined;
  }
  try {
    const [, appendonly] = await redis.config('GET', 'appendonly');
    const [, appendfsync] = await redis.config('GET', 'appendfsync');
    return appendonly === 'yes' ? `appendfsync ${appendfsync}` : 'no append-only file';
  } finally {
    redis.disconnect();
  }
}

let queues = 0;

/** A queue under a name of its own; closing it removes its keys and no others. */
async function bullMqQueue(url) {
  const { Queue, Worker } = await peer('bullmq');
  const name = `cpc-bench-${process.pid}-${queues++}`;
  const connection = { url, maxRetriesPerRequest: null };
  const job = { name: 'work', data: DATA, opts: { removeOnComplete: true } };
  const queue = new Queue(name, { connection });
  await queue.waitUntilReady();
  return {
    enqueue: () => queue.add(job.name, job.data, job.opts),
    fill: (count) => callers(1, count / FILL, () => queue.addBulk(Array(FILL).fill(job))),
    drain: async (count) => {
      let left = count;
      let finish;
      const finished = new Promise((resolve) => (finish = resolve));
      const worker = new Worker(name, async () => undefined, { connection, concurrency: CONCURRENCY });
      worker.on('completed', () => void (--left === 0 && finish()));
      await finished;
      await worker.close();
      return count;
    },
    close: async () => {
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}
