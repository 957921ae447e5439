import type { SyncPlugin } from '@cpc/sync-core';
import { IndexedDbQueueStorage } from './indexed-db-queue-storage.js';
import type { IndexedDbStorageOptions } from './options.js';

/** Plugs an {@link IndexedDbQueueStorage} in. */
export const indexedDbStorage = (options?: IndexedDbStorageOptions): SyncPlugin => ({
  name: 'storage-indexeddb',
  queueStorage: () => new IndexedDbQueueStorage(options),
});
