/** The copy in IndexedDB, for all tabs and workers of an origin. */
export {
  IndexedDbReplicaStore,
  type IndexedDbReplicaStoreOptions,
} from './indexeddb/indexed-db-replica-store.js';
