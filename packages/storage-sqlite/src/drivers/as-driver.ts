import { type BetterSqlite3Database, betterSqlite3Driver } from './better-sqlite3-driver.js';
import { type NodeSqliteDatabase, nodeSqliteDriver } from './node-sqlite-driver.js';
import type { SqliteDriver } from './sqlite-driver.js';

/** A connection that the app opened: of better-sqlite3, of `node:sqlite`, or wrapped in a driver. */
export type SqliteConnection = SqliteDriver | BetterSqlite3Database | NodeSqliteDatabase;

/** The driver of an app's connection. */
export function asDriver(connection: SqliteConnection): SqliteDriver {
  if ('faultOf' in connection) return connection;
  return 'isTransaction' in connection ? nodeSqliteDriver(connection) : betterSqlite3Driver(connection);
}
