export { JsonLogQueueStorage, type JsonLogStorageOptions } from './json-log-queue-storage.js';
export { jsonLogStorage } from './json-log-storage.js';
