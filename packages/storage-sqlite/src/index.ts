export type { SqliteDurability } from './connection/open-driver.js';
export type { SqliteConnection } from './drivers/as-driver.js';
export {
  betterSqlite3,
  betterSqlite3Driver,
  type BetterSqlite3Database,
} from './drivers/better-sqlite3-driver.js';
export type { SqliteBindingName } from './drivers/find-binding.js';
export { nodeSqlite, nodeSqliteDriver, type NodeSqliteDatabase } from './drivers/node-sqlite-driver.js';
export type {
  SqliteBinding,
  SqliteDriver,
  SqliteFault,
  SqliteOpenOptions,
  SqliteStatement,
  SqlRow,
  SqlValue,
} from './drivers/sqlite-driver.js';
export type {
  DamagedRecord,
  LeaseRecord,
  OperationGroup,
  OrderReport,
  QueueFormat,
  QueueOverview,
  ReadOperation,
} from './inspection/records.js';
export { SqliteQueueReader, type SqliteReaderOptions } from './inspection/sqlite-queue-reader.js';
export type { SqliteStorageOptions } from './options.js';
export { SqliteQueueStorage } from './sqlite-queue-storage.js';
export { sqliteStorage } from './sqlite-storage.js';
