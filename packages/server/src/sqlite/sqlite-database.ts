/** The part of a synchronous SQLite driver that the store uses. better-sqlite3's `Database` satisfies it. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  /** Whether a transaction is open; SQLite ends one by itself after some faults. */
  readonly inTransaction: boolean;
}

export interface SqliteStatement {
  run(...parameters: unknown[]): { readonly changes: number | bigint };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
}
