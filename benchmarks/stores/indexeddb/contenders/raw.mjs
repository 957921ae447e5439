/* global indexedDB */
import { payload } from './payload.mjs';

const STRICT = { durability: 'strict' };
const BATCH = 50;

/** One strict transaction for each operation, as most code does it. */
export const rawSingle = {
  open: async (name) => {
    const db = await openDatabase(name);
    let next = 0;
    return {
      enqueue: (n) => Promise.all(Array.from({ length: n }, () => commit(db, (store) => add(store, next++)))),
      drain: () => drainRecords(db, 1),
      close: () => db.close(),
    };
  },
};

/** All callers' operations as records of one strict transaction. */
export const rawGroup = {
  open: async (name) => {
    const db = await openDatabase(name);
    let next = 0;
    return {
      enqueue: (n) =>
        commit(db, (store) => {
          for (let at = 0; at < n; at++) add(store, next++);
        }),
      drain: () => drainRecords(db, BATCH),
      close: () => db.close(),
    };
  },
};

/** All callers' operations in one record: the limit. */
export const rawChunk = {
  open: async (name) => {
    const db = await openDatabase(name);
    let next = 0;
    return {
      enqueue: (n) => {
        const items = Array.from({ length: n }, () => JSON.stringify(payload(next++)));
        return commit(db, (store) => store.put(items, next));
      },
      drain: () => drainRecords(db, 1),
      close: () => db.close(),
    };
  },
};

function openDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore('queue');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function add(store, n) {
  store.put(JSON.stringify(payload(n)), n);
}

function commit(db, work) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction('queue', 'readwrite', STRICT);
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    work(transaction.objectStore('queue'));
    transaction.commit();
  });
}

/** Reads a batch, then removes it in a strict transaction of its own, until nothing is left. */
async function drainRecords(db, batch) {
  for (;;) {
    const keys = await new Promise((resolve, reject) => {
      const store = db.transaction('queue').objectStore('queue');
      store.getAll(null, batch);
      const request = store.getAllKeys(null, batch);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    if (keys.length === 0) return;
    await commit(db, (store) => {
      for (const key of keys) store.delete(key);
    });
  }
}
