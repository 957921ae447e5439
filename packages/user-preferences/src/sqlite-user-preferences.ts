import type { EnqueueResult } from '@cpc/sync-core';
import type { EnqueueIn } from '@cpc/sync-core/transactional';
import { OfflineCopy, type OfflineCopyOptions, type PreferencesTable } from './offline-copy.js';
import type { Preferences } from './preferences.js';
import type { KnownPreferences } from './user-preferences.js';

/** What is needed of a connection; `better-sqlite3` and `node:sqlite` have it. */
export interface PreferencesDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    get(...values: unknown[]): unknown;
    run(...values: unknown[]): unknown;
  };
}

export interface SqliteUserPreferencesOptions extends OfflineCopyOptions {
  /**
   * The app's connection to the file that the queue is in, for example `new Database('shop.db')`. Its
   * `synchronous` is set to `FULL`: it commits operations too. Not inside a transaction when a method is called.
   */
  readonly database: PreferencesDatabase;
}

/** Preferences on SQLite, in the table `cpc_user_preferences`, which it makes. */
export class SqliteUserPreferences extends OfflineCopy<PreferencesDatabase, EnqueueResult> {
  /** @throws TypeError where the queue's storage cannot join a transaction */
  constructor(options: SqliteUserPreferencesOptions) {
    super(new SqliteTable(options.database), options);
  }
}

interface Row {
  readonly value: string;
  readonly kept_at: number | null;
}

class SqliteTable implements PreferencesTable<PreferencesDatabase, EnqueueResult> {
  readonly #database: PreferencesDatabase;
  #isReady = false;

  constructor(database: PreferencesDatabase) {
    this.#database = database;
  }

  read(user: string): Promise<KnownPreferences | undefined> {
    return Promise.resolve().then(() => this.#read(user));
  }

  keep(user: string, value: KnownPreferences): Promise<void> {
    return Promise.resolve().then(() => this.#write(user, value));
  }

  change(
    user: string,
    next: (value: KnownPreferences | undefined) => KnownPreferences,
    enqueueIn: EnqueueIn<PreferencesDatabase, EnqueueResult>,
  ): Promise<void> {
    return Promise.resolve().then(() => {
      const database = this.#ready();
      database.exec('BEGIN IMMEDIATE');
      try {
        this.#write(user, next(this.#read(user)));
        enqueueIn(database);
        database.exec('COMMIT');
      } catch (error) {
        rollBack(database);
        throw error;
      }
    });
  }

  #read(user: string): KnownPreferences | undefined {
    const sql = 'SELECT value, kept_at FROM cpc_user_preferences WHERE user = ?';
    const row = this.#ready().prepare(sql).get(user) as Row | undefined;
    if (row === undefined) return undefined;
    const value = JSON.parse(row.value) as Preferences;
    return row.kept_at === null ? value : { ...value, keptAt: row.kept_at };
  }

  #write(user: string, { keptAt, ...value }: KnownPreferences): void {
    this.#ready()
      .prepare('INSERT OR REPLACE INTO cpc_user_preferences (user, value, kept_at) VALUES (?, ?, ?)')
      .run(user, JSON.stringify(value), keptAt ?? null);
  }

  /** The connection, with its table. Not in the constructor, which does no I/O. */
  #ready(): PreferencesDatabase {
    if (!this.#isReady) {
      this.#database.exec(`PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS cpc_user_preferences (
          user TEXT PRIMARY KEY, value TEXT NOT NULL, kept_at INTEGER
        ) STRICT, WITHOUT ROWID`);
      this.#isReady = true;
    }
    return this.#database;
  }
}

/** After some faults SQLite has rolled back by itself; what matters is the first error. */
function rollBack(database: PreferencesDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // There is no transaction any more, which is what was wanted.
  }
}
