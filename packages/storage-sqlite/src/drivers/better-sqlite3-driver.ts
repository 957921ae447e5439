import type {
  SqliteBinding,
  SqliteDriver,
  SqliteFault,
  SqliteStatement,
  SqlRow,
  SqlValue,
} from './sqlite-driver.js';

/** The part of a better-sqlite3 `Statement` that the driver uses. */
interface Statement {
  readonly reader: boolean;
  raw(toggle: boolean): unknown;
  run(...values: unknown[]): { readonly changes: number };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}

/** The part of a better-sqlite3 `Database`, version 12 or 13, that the driver uses. */
export interface BetterSqlite3Database {
  readonly inTransaction: boolean;
  exec(sql: string): unknown;
  prepare(sql: string): unknown;
  close(): unknown;
}

/** Takes better-sqlite3, installed by the app. */
export const betterSqlite3: SqliteBinding = {
  name: 'better-sqlite3',
  async open(file, { readOnly = false } = {}) {
    const { default: Database } = await import('better-sqlite3');
    return betterSqlite3Driver(new Database(file, { readonly: readOnly, fileMustExist: readOnly }));
  },
};

/** Makes a driver of a connection that the app opened itself, for `SqliteQueueStorage.enqueueIn`. */
export function betterSqlite3Driver(database: BetterSqlite3Database): SqliteDriver {
  return {
    get inTransaction() {
      return database.inTransaction;
    },
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => wrap(database.prepare(sql) as Statement),
    close: () => void database.close(),
    faultOf,
  };
}

function wrap(statement: Statement): SqliteStatement {
  if (statement.reader) statement.raw(true);
  return {
    run: (...values: SqlValue[]) => statement.run(...values).changes,
    get: (...values: SqlValue[]) => statement.get(...values) as SqlRow | undefined,
    all: (...values: SqlValue[]) => statement.all(...values) as SqlRow[],
  };
}

/**
 * better-sqlite3 puts the name of SQLite's extended result code into `code`. Its errors may be of another realm, so
 * `instanceof` says nothing about them.
 */
function faultOf(error: unknown): SqliteFault | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (code === 'SQLITE_FULL') return 'full';
  if (code.startsWith('SQLITE_IOERR')) return 'io';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' ? 'damaged' : 'other';
}
