export type { SpaceEstimate } from './connection/browser-space.js';
export { createQueueStore } from './create-queue-store.js';
export { IndexedDbQueueStorage } from './indexed-db-queue-storage.js';
export { indexedDbStorage } from './indexed-db-storage.js';
export type { IndexedDbDurability, IndexedDbStorageOptions } from './options.js';
