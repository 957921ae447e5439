import type { SqliteDatabase } from '@cpc/server';
import { DEFAULT_PREFERENCES, withChange, type Preferences, type PreferencesChange } from '../preferences.js';

/** The preferences of all people, in a table of its own. */
export class PreferencesTable {
  readonly #database: SqliteDatabase;
  readonly #defaults: Preferences;

  constructor(database: SqliteDatabase, defaults: Preferences = DEFAULT_PREFERENCES) {
    this.#database = database;
    this.#defaults = defaults;
  }

  read(user: string): Preferences {
    const row = this.#ready().prepare('SELECT value FROM cpc_preferences WHERE user = ?').get(user);
    return row === undefined ? this.#defaults : (JSON.parse((row as { value: string }).value) as Preferences);
  }

  change(user: string, change: PreferencesChange): Preferences {
    const value = withChange(this.read(user), change);
    this.#ready()
      .prepare('INSERT OR REPLACE INTO cpc_preferences (user, value) VALUES (?, ?)')
      .run(user, JSON.stringify(value));
    return value;
  }

  /** Asked for each time: the first use may be in a transaction that is undone, and the table with it. */
  #ready(): SqliteDatabase {
    this.#database.exec(
      'CREATE TABLE IF NOT EXISTS cpc_preferences (user TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
    );
    return this.#database;
  }
}
