/** The copy in a SQLite file, for any number of processes. */
export { SqliteReplicaStore, type SqliteReplicaStoreOptions } from './sqlite/sqlite-replica-store.js';
