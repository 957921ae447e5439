/** Effects and keys in PostgreSQL. A subpath of its own, so that no other server carries it. */
export { fromPool, type PooledClient, type PostgresPool } from './postgres/from-pool.js';
export { POSTGRES_CHANGE_SCHEMA, PostgresChangeLog } from './postgres/postgres-change-log.js';
export type {
  Framed,
  FramedTransaction,
  PostgresClient,
  PostgresDatabase,
} from './postgres/postgres-database.js';
export { PostgresEffectStore, type PostgresEffectStoreOptions } from './postgres/postgres-effect-store.js';
export { POSTGRES_SCHEMA } from './postgres/postgres-schema.js';
