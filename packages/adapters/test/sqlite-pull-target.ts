import type Database from 'better-sqlite3';
import type { PulledPage, PullTarget } from '../src/pull/index.js';

/** A copy in SQLite: the records, and beside them the checkpoint, in one transaction. */
export class SqlitePullTarget implements PullTarget {
  readonly #database: Database.Database;
  /** Called before each statement; may throw, as a process may end anywhere. */
  readonly #before: () => void;

  constructor(database: Database.Database, before: () => void = () => undefined) {
    this.#database = database;
    this.#before = before;
    database.exec(`CREATE TABLE IF NOT EXISTS records (entity TEXT PRIMARY KEY, version TEXT, value TEXT);
      CREATE TABLE IF NOT EXISTS checkpoint (text TEXT)`);
  }

  async checkpoint(): Promise<string | undefined> {
    await Promise.resolve();
    this.#before();
    return this.#stored();
  }

  async apply(page: PulledPage): Promise<boolean> {
    await Promise.resolve();
    const isApplied = this.#database.transaction(() => this.#applyIn(page))();
    // The commit is done, and nobody hears of it.
    this.#before();
    return isApplied;
  }

  #stored(): string | undefined {
    return this.#database.prepare('SELECT text FROM checkpoint').pluck().get() as string | undefined;
  }

  #applyIn({ since, changes, checkpoint, reset }: PulledPage): boolean {
    this.#before();
    if (this.#stored() !== since) return false;
    const run = (sql: string, ...values: unknown[]): void => {
      this.#before();
      this.#database.prepare(sql).run(...values);
    };
    if (reset) run('DELETE FROM records');
    for (const { entity, version, value, deleted } of changes) {
      if (deleted === true) run('DELETE FROM records WHERE entity = ?', entity);
      else run('INSERT OR REPLACE INTO records VALUES (?, ?, ?)', entity, version, JSON.stringify(value));
    }
    run('DELETE FROM checkpoint');
    run('INSERT INTO checkpoint VALUES (?)', checkpoint);
    this.#before();
    return true;
  }

  records(): Readonly<Record<string, unknown>> {
    const rows = this.#database.prepare('SELECT entity, value FROM records').all() as {
      entity: string;
      value: string;
    }[];
    return Object.fromEntries(rows.map(({ entity, value }) => [entity, JSON.parse(value) as unknown]));
  }
}
