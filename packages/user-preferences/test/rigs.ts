import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createQueueStore, IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { SyncQueue, type SyncQueueOptions } from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import Database from 'better-sqlite3';
import 'fake-indexeddb/auto';
import {
  createPreferencesStore,
  IndexedDbUserPreferences,
  SqliteUserPreferences,
  updatePreferences,
  type OfflineUserPreferences,
} from '../src/index.js';

export interface Rig extends AsyncDisposable {
  readonly offline: OfflineUserPreferences;
  readonly queue: SyncQueue;
  readonly clock: ManualClock;
  /** Another instance on the same database, as after a restart of the app. */
  reopened(): OfflineUserPreferences;
}

type QueueOptions = Partial<SyncQueueOptions>;

/** Both copies, each with the real storage that shares its database. */
export const RIGS: [string, (options?: QueueOptions) => Promise<Rig>][] = [
  ['SqliteUserPreferences', sqliteRig],
  ['IndexedDbUserPreferences', indexedDbRig],
];

async function sqliteRig(options: QueueOptions = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'cpc-preferences-'));
  const file = join(folder, 'app.db');
  const clock = new ManualClock();
  const storage = new SqliteQueueStorage({ file });
  const queue = new SyncQueue({ storage, clock }, { operations: [updatePreferences], ...options });
  await queue.open();
  const database = new Database(file);
  const reopened = (): OfflineUserPreferences => new SqliteUserPreferences({ database, queue, clock });
  return {
    offline: reopened(),
    queue,
    clock,
    reopened,
    async [Symbol.asyncDispose]() {
      await queue.close();
      database.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function indexedDbRig(options: QueueOptions = {}): Promise<Rig> {
  const database = await openDatabase();
  const clock = new ManualClock();
  const storage = new IndexedDbQueueStorage({ connect: () => database });
  const queue = new SyncQueue({ storage, clock }, { operations: [updatePreferences], ...options });
  await queue.open();
  const reopened = (): OfflineUserPreferences =>
    new IndexedDbUserPreferences({ database: () => database, queue, clock });
  return {
    offline: reopened(),
    queue,
    clock,
    reopened,
    async [Symbol.asyncDispose]() {
      await queue.close();
      database.close();
    },
  };
}

let databases = 0;

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(`app-${++databases}`, 1);
    request.onupgradeneeded = () => {
      createPreferencesStore(request.result);
      if (request.transaction !== null) createQueueStore(request.transaction);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database did not open'));
  });
}
