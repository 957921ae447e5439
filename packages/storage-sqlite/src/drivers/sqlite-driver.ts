/** A value that a column holds. Booleans are written as 0 and 1. */
export type SqlValue = string | number | null | Uint8Array;

/** A row as an array, in the order of the selected columns. */
export type SqlRow = readonly SqlValue[];

export interface SqliteStatement {
  /** @returns how many rows changed */
  run(...values: readonly SqlValue[]): number;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/**
 * What kind of fault an error of SQLite is:
 * - `busy`: another connection holds the lock (`SQLITE_BUSY`, `SQLITE_LOCKED`).
 * - `full`: no space is left (`SQLITE_FULL`).
 * - `damaged`: the file is not what SQLite wrote (`SQLITE_CORRUPT`, `SQLITE_NOTADB`).
 * - `io`: the disk failed to read or to write (`SQLITE_IOERR`); the next attempt may succeed.
 * - `other`: anything else that SQLite reports.
 */
export type SqliteFault = 'busy' | 'full' | 'damaged' | 'io' | 'other';

/**
 * One synchronous connection to SQLite: all that the storage needs of a binding. Implement it to use the
 * storage with a binding that is not built in. Integers are numbers, and so is everything that SQLite stores
 * as a real. The storage writes no integer of 2^53 or more; one that damage put into a row is given as the nearest
 * number, so that the row can be read and fails its checksum.
 */
export interface SqliteDriver {
  /** Whether a transaction is open on this connection. */
  readonly inTransaction: boolean;
  /** Runs statements that return nothing. */
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
  /** @returns `undefined` where the error is not one of SQLite's */
  faultOf(error: unknown): SqliteFault | undefined;
}

export interface SqliteOpenOptions {
  /** Opens a file that is there, and lets nothing be written to it. @defaultValue false */
  readonly readOnly?: boolean;
}

/** Opens connections with one binding. */
export interface SqliteBinding {
  readonly name: string;
  /**
   * Opens the file, creating it where there is none unless it is to be read only. The busy timeout is the
   * storage's to set.
   */
  open(file: string, options?: SqliteOpenOptions): Promise<SqliteDriver>;
}
