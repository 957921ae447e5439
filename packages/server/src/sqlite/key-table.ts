import type { EncodedAnswer, KeyedWork } from '../ports/effect-store.js';
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js';

/** Version of the tables below. 1: the first. */
const FORMAT = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS cpc_receiver_format (version INTEGER NOT NULL);
  INSERT INTO cpc_receiver_format SELECT ${FORMAT} WHERE NOT EXISTS (SELECT 1 FROM cpc_receiver_format);
  CREATE TABLE IF NOT EXISTS cpc_received (
    position INTEGER PRIMARY KEY,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (principal, key)
  );
`;

export interface StoredKey extends EncodedAnswer {
  readonly fingerprint: string;
}

/** The table of keys: who used which, for what, and what was answered. */
export class KeyTable {
  readonly #find: SqliteStatement;
  readonly #add: SqliteStatement;
  readonly #oldest: SqliteStatement;
  readonly #forget: SqliteStatement;

  /** @throws Error where a newer version of this package wrote the tables; they are left as they are */
  constructor(database: SqliteDatabase) {
    const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'cpc_receiver_format'").get();
    if (known !== undefined) checkFormat(database);
    database.exec(SCHEMA);
    this.#find = database.prepare(
      'SELECT fingerprint, status, body FROM cpc_received WHERE principal = ? AND key = ?',
    );
    this.#add = database.prepare(
      'INSERT INTO cpc_received (principal, key, fingerprint, status, body, received_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#oldest = database.prepare('SELECT received_at FROM cpc_received ORDER BY position LIMIT 1');
    this.#forget = database.prepare(
      `DELETE FROM cpc_received WHERE received_at < ?
       AND position IN (SELECT position FROM cpc_received ORDER BY position LIMIT ?)`,
    );
  }

  find(principal: string, key: string): StoredKey | undefined {
    return this.#find.get(principal, key) as StoredKey | undefined;
  }

  add(work: KeyedWork<never>, answer: EncodedAnswer, now: number): void {
    this.#add.run(work.principal, work.key, work.fingerprint, answer.status, answer.body, now);
  }

  /**
   * Forgets keys that were received before a moment, at most `limit`, from the oldest on. Keys lie in the order
   * of their arrival, so nothing is searched.
   */
  forget(before: number, limit: number): number {
    const oldest = this.#oldest.get() as { received_at: number } | undefined;
    return oldest === undefined || oldest.received_at >= before
      ? 0
      : Number(this.#forget.run(before, limit).changes);
  }
}

function checkFormat(database: SqliteDatabase): void {
  const row = database.prepare('SELECT version FROM cpc_receiver_format').get() as
    { version: number } | undefined;
  if (row !== undefined && row.version > FORMAT) {
    throw new Error(
      `The receiver's tables have format ${row.version}, written by a newer @cpc/server; this one knows ${FORMAT}. ` +
        'Update the package. Nothing was changed.',
    );
  }
}
