import { Dexie } from 'dexie';
import { payload } from './payload.mjs';

const BATCH = 50;

async function open(name, enqueue) {
  const db = new Dexie(name, { chromeTransactionDurability: 'strict' });
  db.version(1).stores({ queue: '++id' });
  await db.open();
  let next = 0;
  return {
    enqueue: (n) => enqueue(db.queue, n, () => payload(next++)),
    drain: async () => {
      for (;;) {
        const batch = await db.queue.orderBy('id').limit(BATCH).toArray();
        if (batch.length === 0) return;
        await db.queue.bulkDelete(batch.map(({ id }) => id));
      }
    },
    close: () => db.close(),
  };
}

/** Each caller adds on its own; strict. */
export const dexie = {
  open: (name) =>
    open(name, (table, n, make) => Promise.all(Array.from({ length: n }, () => table.add(make())))),
};

/** One caller adds everything at once, which concurrent callers cannot do; strict. */
export const dexieBulk = {
  open: (name) => open(name, (table, n, make) => table.bulkAdd(Array.from({ length: n }, make))),
};
