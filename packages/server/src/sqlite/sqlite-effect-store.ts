import type { EffectStore, KeyedWork, WorkResult } from '../ports/effect-store.js';
import { attempt } from '../store/attempt.js';
import { HeldLanes } from '../store/held-lanes.js';
import { KeyMemory } from '../store/key-memory.js';
import { positiveInteger } from '../store/positive-integer.js';
import { KEEP_KEYS_FOR_MS } from '../store/store-defaults.js';
import { KeyTable } from './key-table.js';
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js';
import { SqliteWorkRun } from './sqlite-work-run.js';

export interface SqliteEffectStoreOptions {
  /**
   * How long a key and its answer are kept, in milliseconds. A sender that was cut off before the answer and
   * comes back later than this has its operation applied a second time, so it should be longer than any device
   * stays away.
   *
   * @defaultValue 90 days
   */
  readonly keepKeysForMs?: number;
  /** How long a commit waits for another process that writes, in milliseconds. It blocks this process. @defaultValue 100 */
  readonly busyTimeoutMs?: number;
  /** The most works in one transaction. @defaultValue 1_000 */
  readonly maxWorksPerCommit?: number;
  /** Milliseconds since the epoch. @defaultValue the platform's clock */
  readonly now?: () => number;
}

interface Run<Tx> {
  readonly works: readonly KeyedWork<Tx>[];
  readonly resolve: (results: readonly WorkResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** One list of statements per store, prepared when it is opened. */
interface Opened {
  readonly keys: KeyTable;
  readonly begin: SqliteStatement;
  readonly commit: SqliteStatement;
  readonly rollback: SqliteStatement;
  readonly savepoint: SqliteStatement;
  readonly release: SqliteStatement;
  readonly undo: SqliteStatement;
}

/**
 * Effects and keys in one SQLite file. It sets the connection to WAL with `synchronous=FULL`, so a commit
 * survives a power cut.
 *
 * Runs that arrive in one turn of the event loop share a commit, hence a sync of the disk; one that fails takes no
 * other with it.
 */
export class SqliteEffectStore<Database extends SqliteDatabase> implements EffectStore<Database> {
  readonly #database: Database;
  readonly #busyTimeoutMs: number;
  readonly #maxWorks: number;
  readonly #memory: KeyMemory;
  #opened: Opened | undefined;
  #waiting: Run<Database>[] = [];

  constructor(database: Database, options: SqliteEffectStoreOptions = {}) {
    this.#database = database;
    this.#busyTimeoutMs = positiveInteger('busyTimeoutMs', options.busyTimeoutMs ?? 100);
    this.#maxWorks = positiveInteger('maxWorksPerCommit', options.maxWorksPerCommit ?? 1_000);
    const keepForMs = positiveInteger('keepKeysForMs', options.keepKeysForMs ?? KEEP_KEYS_FOR_MS);
    this.#memory = new KeyMemory({ keepForMs, now: options.now });
  }

  open(): Promise<void> {
    return attempt(() => {
      this.#opened ??= this.#prepare();
    });
  }

  run(works: readonly KeyedWork<Database>[]): Promise<readonly WorkResult[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ works, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  rememberedSince(): number {
    return this.#memory.since;
  }

  forgetExpired(): Promise<number> {
    return attempt(() => {
      const { keys } = this.#ready();
      return keys.forget(this.#memory.forgetBeforeNow(), Number.MAX_SAFE_INTEGER);
    });
  }

  #prepare(): Opened {
    const database = this.#database;
    database.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}; PRAGMA journal_mode = WAL`);
    const keys = new KeyTable(database);
    // Behind the first write: a build's own default for WAL would replace it there.
    database.exec('PRAGMA synchronous = FULL');
    this.#memory.opened(keys.firstAt(this.#memory.now()));
    const statement = (sql: string): SqliteStatement => database.prepare(sql);
    return {
      keys,
      begin: statement('BEGIN IMMEDIATE'),
      commit: statement('COMMIT'),
      rollback: statement('ROLLBACK'),
      savepoint: statement('SAVEPOINT cpc_work'),
      release: statement('RELEASE cpc_work'),
      undo: statement('ROLLBACK TO cpc_work'),
    };
  }

  #ready(): Opened {
    if (this.#opened === undefined) throw new Error('The store is not open; call open() first.');
    return this.#opened;
  }

  #flush(): void {
    const runs = this.#takeRuns();
    if (this.#waiting.length > 0) setImmediate(() => this.#flush());
    try {
      const results = this.#commit(runs);
      runs.forEach((run, index) => run.resolve(results[index] ?? []));
    } catch (error) {
      for (const run of runs) run.reject(error);
    }
  }

  /** Runs up to the bound, but at least one. */
  #takeRuns(): readonly Run<Database>[] {
    let works = 0;
    const end = this.#waiting.findIndex(
      (run, index) => (works += run.works.length) > this.#maxWorks && index > 0,
    );
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  /** Everything in one transaction. Throws where none of it happened. */
  #commit(runs: readonly Run<Database>[]): readonly (readonly WorkResult[])[] {
    const opened = this.#ready();
    opened.begin.run();
    try {
      const now = this.#memory.now();
      const turns = runs.flatMap(({ works }) => {
        const held = new HeldLanes();
        return works.map((work) => ({ work, held }));
      });
      const { keys, savepoint, release, undo } = opened;
      const results = new SqliteWorkRun({
        database: this.#database,
        keys,
        savepoint: () => savepoint.run(),
        release: () => release.run(),
        undo: () => undo.run(),
        now,
      }).runAll(turns);
      // Two for one, so that the table shrinks while it is in use and no commit becomes long.
      keys.forget(this.#memory.forgetBefore(), 2 * results.length);
      opened.commit.run();
      let next = 0;
      return runs.map(({ works }) => results.slice(next, (next += works.length)));
    } catch (error) {
      if (this.#database.inTransaction) opened.rollback.run();
      throw error;
    }
  }
}
