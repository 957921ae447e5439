/**
 * `node --expose-gc memory-process.mjs FILE`: opens a queue's file, claims once and settles once, and prints by how
 * many bytes that made this process larger. A process of its own, since one that has worked before holds memory that
 * is neither the queue's nor given back.
 */
import { SqliteQueueStorage } from '@cpc/storage-sqlite';

const storage = new SqliteQueueStorage({
  file: process.argv[2],
  durability: 'full',
  binding: 'better-sqlite3',
});
globalThis.gc();
const before = process.memoryUsage.rss();

await storage.open();
const { token, operations } = await storage.claim({ now: Date.now(), limit: 50, leaseMs: 30_000 });
const results = await storage.settle(
  token,
  operations.map(({ id }) => ({ id, kind: 'release', sent: false })),
);

globalThis.gc();
const bytes = process.memoryUsage.rss() - before;
const { total } = await storage.stats();
await storage.close();
console.log(
  JSON.stringify({ bytes, total, settled: results.filter((result) => result === 'settled').length }),
);
