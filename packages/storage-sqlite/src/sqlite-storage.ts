import type { SyncPlugin } from '@cpc/sync-core';
import type { SqliteStorageOptions } from './options.js';
import { SqliteQueueStorage } from './sqlite-queue-storage.js';

/** The plugin that keeps the queue in an SQLite file. */
export const sqliteStorage = (options: SqliteStorageOptions): SyncPlugin => ({
  name: 'storage-sqlite',
  queueStorage: () => new SqliteQueueStorage(options),
});
