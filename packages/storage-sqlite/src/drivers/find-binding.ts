import { betterSqlite3 } from './better-sqlite3-driver.js';
import { nodeSqlite } from './node-sqlite-driver.js';
import type { SqliteBinding, SqliteDriver } from './sqlite-driver.js';

/** The names of the bindings that are built in. */
export type SqliteBindingName = 'better-sqlite3' | 'node:sqlite';

const BINDINGS: Readonly<Record<SqliteBindingName, SqliteBinding>> = {
  'better-sqlite3': betterSqlite3,
  'node:sqlite': nodeSqlite,
};

/** A binding by its name; an unknown name throws a `RangeError`. */
export function bindingNamed(name: string): SqliteBinding {
  if (name !== 'better-sqlite3' && name !== 'node:sqlite') {
    throw new RangeError(
      `binding must be "better-sqlite3", "node:sqlite" or an object, got ${JSON.stringify(name)}`,
    );
  }
  return BINDINGS[name];
}

/** Opens the file with better-sqlite3 where it is installed, else with `node:sqlite`. */
export const foundBinding: SqliteBinding = {
  name: 'better-sqlite3 or node:sqlite',
  async open(file, options): Promise<SqliteDriver> {
    try {
      return await betterSqlite3.open(file, options);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    try {
      return await nodeSqlite.open(file, options);
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new Error(
        'No SQLite was found. Install better-sqlite3, or run Node 24 or newer, which brings node:sqlite.',
        { cause: error },
      );
    }
  },
};

function isMissing(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return (
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ERR_UNKNOWN_BUILTIN_MODULE'
  );
}
