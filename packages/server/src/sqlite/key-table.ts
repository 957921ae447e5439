import type { EncodedAnswer, KeyedWork } from '../ports/effect-store.js';
import { idOf } from './key-id.js';
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
  CREATE TABLE IF NOT EXISTS cpc_receiver_forgot (only INTEGER PRIMARY KEY CHECK (only = 1));
`;

const ROW = '(?, ?, ?, ?, ?, ?)';

/** So many keys are stored with one statement. */
const ADD_SIZE = 16;

/** A key that was used up by this transaction. */
export interface UsedKey {
  readonly work: KeyedWork<never>;
  readonly answer: EncodedAnswer;
}

export interface StoredKey extends EncodedAnswer {
  readonly fingerprint: string;
}

/** The table of keys: who used which, for what, and what was answered. */
export class KeyTable {
  readonly #find: SqliteStatement;
  readonly #anyBetween: SqliteStatement;
  readonly #add: SqliteStatement;
  readonly #addSome: SqliteStatement;
  readonly #oldest: SqliteStatement;
  readonly #forget: SqliteStatement;
  readonly #forgot: SqliteStatement;
  readonly #noteForgot: SqliteStatement;

  /** @throws Error where a newer version of this package wrote the tables; they are left as they are */
  constructor(database: SqliteDatabase) {
    const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'cpc_receiver_format'").get();
    if (known !== undefined) checkFormat(database);
    database.exec(SCHEMA);
    this.#find = database.prepare(
      'SELECT fingerprint, status, body FROM cpc_received WHERE principal = ? AND key = ?',
    );
    this.#anyBetween = database.prepare(
      'SELECT 1 FROM cpc_received WHERE principal = ? AND key BETWEEN ? AND ? LIMIT 1',
    );
    const add = 'INSERT INTO cpc_received (principal, key, fingerprint, status, body, received_at) VALUES';
    this.#add = database.prepare(`${add} ${ROW}`);
    this.#addSome = database.prepare(`${add} ${Array.from({ length: ADD_SIZE }, () => ROW).join()}`);
    this.#oldest = database.prepare('SELECT received_at FROM cpc_received ORDER BY position LIMIT 1');
    this.#forget = database.prepare(
      `DELETE FROM cpc_received WHERE received_at < ?
       AND position IN (SELECT position FROM cpc_received ORDER BY position LIMIT ?)`,
    );
    this.#forgot = database.prepare('SELECT 1 FROM cpc_receiver_forgot');
    this.#noteForgot = database.prepare('INSERT OR IGNORE INTO cpc_receiver_forgot VALUES (1)');
  }

  /** What is stored for these keys, by {@link idOf}. */
  findAll(works: readonly KeyedWork<never>[]): Map<string, StoredKey> {
    const found = new Map<string, StoredKey>();
    if (this.#isNew(works)) return found;
    for (const work of works) {
      const row = this.#find.get(work.principal, work.key) as StoredKey | undefined;
      if (row !== undefined) found.set(idOf(work), row);
    }
    return found;
  }

  /**
   * Whether nothing is stored between the smallest and the largest key of one principal: one look instead of one for
   * each. Keys that a device makes one after the other lie side by side, with nobody's between them.
   */
  #isNew(works: readonly KeyedWork<never>[]): boolean {
    const [first] = works;
    if (first === undefined || works.length < 2) return false;
    let [least, most] = [first.key, first.key];
    for (const { principal, key } of works) {
      if (principal !== first.principal) return false;
      if (key < least) least = key;
      if (key > most) most = key;
    }
    return this.#anyBetween.get(first.principal, least, most) === undefined;
  }

  /** Stores keys with their answers, several with one statement. */
  addAll(used: readonly UsedKey[], now: number): void {
    let next = 0;
    for (; next + ADD_SIZE <= used.length; next += ADD_SIZE) {
      const values: unknown[] = [];
      for (let index = next; index < next + ADD_SIZE; index++) {
        const { work, answer } = used[index] as UsedKey;
        values.push(work.principal, work.key, work.fingerprint, answer.status, answer.body, now);
      }
      this.#addSome.run(values);
    }
    for (const { work, answer } of used.slice(next)) {
      this.#add.run(work.principal, work.key, work.fingerprint, answer.status, answer.body, now);
    }
  }

  /**
   * Forgets keys that were received before a moment, at most `limit`, from the oldest on. Keys lie in the order
   * of their arrival, so nothing is searched.
   */
  forget(before: number, limit: number): number {
    const oldest = this.#oldestAt();
    if (oldest === undefined || oldest >= before) return 0;
    this.#noteForgot.run();
    return Number(this.#forget.run(before, limit).changes);
  }

  /** When the first key was received, `now` where there is none yet; `-Infinity` where some were forgotten. */
  firstAt(now: number): number {
    return this.#forgot.get() === undefined ? (this.#oldestAt() ?? now) : -Infinity;
  }

  #oldestAt(): number | undefined {
    return (this.#oldest.get() as { received_at: number } | undefined)?.received_at;
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
