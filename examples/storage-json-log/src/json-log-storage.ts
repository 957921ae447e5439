import type { SyncPlugin } from '@cpc/sync-core';
import { JsonLogQueueStorage, type JsonLogStorageOptions } from './json-log-queue-storage.js';

// #region plugin
/** The storage as a plugin: a plain object with a factory, which creates and opens nothing yet. */
export const jsonLogStorage = (options: JsonLogStorageOptions): SyncPlugin => ({
  name: 'storage-json-log',
  queueStorage: () => new JsonLogQueueStorage(options),
});
// #endregion
