import type { PayloadCodec } from '@cpc/sync-core';
import type { QueueStorageHarness } from '@cpc/testing';
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { IndexedDbQueueStorage, type IndexedDbStorageOptions } from '../src/index.js';
import { makeMetaRecord, readMeta } from '../src/format/meta.js';
import { DEFAULT_STORE_NAME, META_KEY } from '../src/format/store-layout.js';
import { FaultyDatabase } from './faulty-database.js';

interface StoredItem {
  readonly text: string;
}

/** A harness around a database of its own, for fake-indexeddb and for a browser's page alike. */
export function storageHarness(name: string, options: IndexedDbStorageOptions = {}): QueueStorageHarness {
  const instances: IndexedDbQueueStorage[] = [];
  const database = new FaultyDatabase(name);
  const another = (codec?: PayloadCodec): IndexedDbQueueStorage => {
    const instance = new IndexedDbQueueStorage({ name, ...options, ...(codec && { codec }) });
    instances.push(instance);
    return instance;
  };
  const closeAll = async (): Promise<void> => {
    for (const instance of instances) await instance.close();
  };
  return {
    storage: another(),
    reopen: async () => {
      await closeAll();
      return another();
    },
    reopenWith: async (codec) => {
      await closeAll();
      return another(codec);
    },
    second: () => Promise.resolve(another()),
    damage: (id) => inDatabase(name, (db) => damage(db, id)),
    faults: database.faults,
    dispose: async () => {
      await closeAll();
      await deleteDB(name);
      database.remove();
    },
  };
}

async function inDatabase(name: string, work: (db: IDBPDatabase) => Promise<void>): Promise<void> {
  const db = await openDB(name);
  try {
    await work(db);
  } finally {
    db.close();
  }
}

/** Alters the operation's text and, as a commit of another tab does, the stamp, so that every instance looks again. */
async function damage(db: IDBPDatabase, id: string): Promise<void> {
  const transaction = db.transaction(DEFAULT_STORE_NAME, 'readwrite');
  for await (const cursor of transaction.store.iterate(IDBKeyRange.lowerBound(0))) {
    if (typeof cursor.key !== 'number') continue;
    const { items } = cursor.value as { items: StoredItem[] };
    const damaged = items.map((item) =>
      item.text.includes(`"id":"${id}",`) ? { ...item, text: item.text.replace('"rank"', '"rink"') } : item,
    );
    await cursor.update({ items: damaged });
  }
  const meta = readMeta(await transaction.store.get(META_KEY));
  if (meta === undefined) throw new Error('there is no queue to damage');
  await transaction.store.put(makeMetaRecord({ ...meta, stamp: 'damaged', log: [] }), META_KEY);
  await transaction.done;
}
