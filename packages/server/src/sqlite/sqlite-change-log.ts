import {
  CHANGE_TABLES,
  COUNT_CHANGES,
  COUNT_VALUES,
  type CountRow,
  FORGET_TOMBSTONES,
  isContinuable,
  KEEP_TOMBSTONES_FOR_MS,
  NEXT_POSITION,
  pageOf,
  pageParameters,
  PUT_CHANGE,
  RAISE_FLOORS,
  READ_CHANGES,
  READ_CHANNEL,
  READ_VALUES,
  rowOf,
  type ChangeLogOptions,
  type ChannelRow,
  type PageRow,
} from '../changes/change-rows.js';
import { formatPosition } from '../changes/checkpoint.js';
import type { Change, ChangeLog, ChangePage, ChangeQuery } from '../ports/change-log.js';
import { attempt } from '../store/attempt.js';
import { positiveInteger } from '../store/positive-integer.js';
import { platformNow } from '../store/store-defaults.js';
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js';

/** Prepared when the log is opened. */
interface Opened {
  readonly next: SqliteStatement;
  readonly put: SqliteStatement;
  readonly channel: SqliteStatement;
  readonly values: SqliteStatement;
  readonly changes: SqliteStatement;
  readonly countValues: SqliteStatement;
  readonly countChanges: SqliteStatement;
  readonly raise: SqliteStatement;
  readonly forget: SqliteStatement;
}

/** The changes in the SQLite file of the effects, on the connection of the store. `record` is synchronous. */
export class SqliteChangeLog<Database extends SqliteDatabase> implements ChangeLog<Database> {
  readonly #database: Database;
  readonly #keepMs: number;
  readonly #now: () => number;
  #opened: Opened | undefined;

  constructor(database: Database, options: ChangeLogOptions = {}) {
    this.#database = database;
    this.#keepMs = positiveInteger(
      'keepTombstonesForMs',
      options.keepTombstonesForMs ?? KEEP_TOMBSTONES_FOR_MS,
    );
    this.#now = options.now ?? platformNow;
  }

  open(): Promise<void> {
    return attempt(() => {
      this.#opened ??= this.#prepare();
    });
  }

  /** @throws TypeError where `tx` is another connection, whose transaction this would not be part of */
  record(tx: Database, change: Change): string {
    if (tx !== this.#database)
      throw new TypeError('record takes the tx of the handler, on the database of the log');
    const { next, put } = this.#ready();
    const { values } = rowOf(change);
    const { head } = next.get(change.channel) as ChannelRow;
    put.run(...values, head, this.#now());
    return formatPosition(head, change.channel);
  }

  read(query: ChangeQuery): Promise<ChangePage | undefined> {
    return attempt(() => {
      const opened = this.#ready();
      // One snapshot for both, or another process could forget tombstones in between.
      return this.#atOneMoment(() => {
        const channel = opened.channel.get(query.channel) as ChannelRow | undefined;
        if (!isContinuable(channel, query)) return undefined;
        const isFirst = query.since === 0;
        const rows = (isFirst ? opened.values : opened.changes).all(...pageParameters(query)) as PageRow[];
        const counting = isFirst ? opened.countValues : opened.countChanges;
        const count = query.counts === true ? counting.get(query.channel, query.since) : undefined;
        return pageOf(rows, channel, query, count as CountRow | undefined);
      });
    });
  }

  /** In the transaction that is open, or in one of its own. */
  #atOneMoment<T>(read: () => T): T {
    if (this.#database.inTransaction) return read();
    this.#database.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  heads(channels: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return attempt(() => {
      const { channel } = this.#ready();
      const found = channels.map((name) => [name, channel.get(name) as ChannelRow | undefined] as const);
      return new Map(found.flatMap(([name, row]) => (row === undefined ? [] : [[name, Number(row.head)]])));
    });
  }

  forgetExpired(): Promise<number> {
    return attempt(() => {
      const { raise, forget } = this.#ready();
      const before = this.#now() - this.#keepMs;
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        raise.run(before);
        const count = Number(forget.run(before).changes);
        this.#database.exec('COMMIT');
        return count;
      } catch (error) {
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #prepare(): Opened {
    for (const statement of CHANGE_TABLES) this.#database.exec(statement);
    const prepare = (sql: string): SqliteStatement => this.#database.prepare(sql.replace(/\$\d/g, '?'));
    return {
      next: prepare(NEXT_POSITION),
      put: prepare(PUT_CHANGE),
      channel: prepare(READ_CHANNEL),
      values: prepare(READ_VALUES),
      changes: prepare(READ_CHANGES),
      countValues: prepare(COUNT_VALUES),
      countChanges: prepare(COUNT_CHANGES),
      raise: prepare(RAISE_FLOORS),
      forget: prepare(FORGET_TOMBSTONES),
    };
  }

  #ready(): Opened {
    if (this.#opened === undefined) throw new Error('The change log is not open; call open() first.');
    return this.#opened;
  }
}
