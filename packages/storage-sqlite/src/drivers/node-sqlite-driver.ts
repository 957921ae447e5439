import type {
  SqliteBinding,
  SqliteDriver,
  SqliteFault,
  SqliteStatement,
  SqlRow,
  SqlValue,
} from './sqlite-driver.js';

/** The part of a `StatementSync` of `node:sqlite` that the driver uses. */
interface Statement {
  run(...values: unknown[]): { readonly changes: number | bigint };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  setReadBigInts(enabled: boolean): void;
}

/** The part of a `DatabaseSync` of `node:sqlite` that the driver uses. */
export interface NodeSqliteDatabase {
  readonly isTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): unknown;
  close(): void;
}

/** Primary result codes of SQLite, see https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** Takes the SQLite that is built into Node, from version 22.16 and 24 on. */
export const nodeSqlite: SqliteBinding = {
  name: 'node:sqlite',
  async open(file, { readOnly = false } = {}) {
    // Not a literal, so that bundlers and the type checker of older Node versions leave it alone.
    const specifier: string = 'node:sqlite';
    const { DatabaseSync } = (await import(specifier)) as {
      DatabaseSync: new (file: string, options: { readOnly: boolean }) => NodeSqliteDatabase;
    };
    return nodeSqliteDriver(new DatabaseSync(file, { readOnly }));
  },
};

/** Makes a driver of a connection that the app opened itself, for `SqliteQueueStorage.enqueueIn`. */
export function nodeSqliteDriver(database: NodeSqliteDatabase): SqliteDriver {
  return {
    get inTransaction() {
      return database.isTransaction;
    },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => wrap(database.prepare(sql) as Statement),
    close: () => database.close(),
    faultOf,
  };
}

/** Rows come as objects, whose keys are in column order: the storage never selects a name twice. */
function wrap(statement: Statement): SqliteStatement {
  return {
    run: (...values: SqlValue[]) => Number(statement.run(...values).changes),
    get: (...values: SqlValue[]) => {
      const row = reading(statement, () => statement.get(...values));
      return row === undefined ? undefined : valuesOf(row);
    },
    all: (...values: SqlValue[]) => reading(statement, () => statement.all(...values)).map(valuesOf),
  };
}

/** Reads once more, with integers of any size, where one is too large for a number: `node:sqlite` refuses it. */
function reading<T>(statement: Statement, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code !== 'ERR_OUT_OF_RANGE') throw error;
  }
  statement.setReadBigInts(true);
  try {
    return read();
  } finally {
    statement.setReadBigInts(false);
  }
}

function valuesOf(row: unknown): SqlRow {
  const values = Object.values(row as Record<string, SqlValue | bigint>);
  return values.map((value) => (typeof value === 'bigint' ? Number(value) : value));
}

/** `node:sqlite` puts SQLite's extended result code into `errcode`; its low byte is the primary one. */
function faultOf(error: unknown): SqliteFault | undefined {
  const code = (error as { readonly errcode?: unknown } | null | undefined)?.errcode;
  if (typeof code !== 'number') return undefined;
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return 'busy';
    case FULL:
      return 'full';
    case IOERR:
      return 'io';
    case CORRUPT:
    case NOTADB:
      return 'damaged';
    default:
      return 'other';
  }
}
