import {
  type ListQuery,
  type Page,
  type QuarantinedRecord,
  type SignedIn,
  type StoredOperation,
  SyncError,
} from '@cpc/sync-core';
import { BUSY_WAIT_MS, openFile } from '../connection/open-driver.js';
import { closedError, storageError } from '../connection/storage-error.js';
import type { SqliteDriver, SqliteFault, SqlRow } from '../drivers/sqlite-driver.js';
import { listQuarantined } from '../engine/quarantine.js';
import { QueueState } from '../engine/queue-state.js';
import { DamagedIndex, DamagedRows } from '../engine/damage.js';
import { QueueTransaction } from '../engine/queue-transaction.js';
import { blockersOf, get, list } from '../engine/reads.js';
import { sealedValues } from '../engine/operation-row.js';
import { isIntact } from '../engine/row-checksum.js';
import { prepareStatements, type Statements } from '../engine/statements.js';
import { settingsOf, type SqliteStorageOptions } from '../options.js';
import { checkFormat, CURRENT_FORMAT, listFormats } from '../schema/migrations.js';
import { type QueueTables, tablesOf } from '../schema/tables.js';
import { checkOrder } from './check-order.js';
import { checkRows, type CheckedRows } from './check-rows.js';
import { overview } from './overview.js';
import { readingSeal } from './reading-seal.js';
import type { LeaseRecord, OrderReport, QueueFormat, QueueOverview, ReadOperation } from './records.js';

/** What a reader is told; each means the same as for the storage. */
export type SqliteReaderOptions = Pick<
  SqliteStorageOptions,
  'file' | 'queue' | 'binding' | 'busyTimeoutMs' | 'clock'
>;

/** How long to wait before a lock is tried again. */
const PAUSE_MS = 20;

/**
 * Looks into a queue's file without changing one byte of it: for tools that a person holds. It may be used while
 * apps have the file open. Beside the file SQLite keeps a log (`-wal`) and a map of it (`-shm`); where they are
 * missing it makes empty ones, so the directory must be writable then.
 *
 * Every method sees what was committed when it was called. Damaged rows are left out of lists, not moved; a payload
 * that a codec wrote stays closed, see {@link ReadOperation}.
 */
export class SqliteQueueReader implements AsyncDisposable {
  /** The format that this version of the library reads. */
  static readonly currentFormat: number = CURRENT_FORMAT;
  readonly #settings: ReturnType<typeof settingsOf>;
  readonly #tables: QueueTables;
  #driver: SqliteDriver | undefined;
  #sql: Statements | undefined;

  /** Opens nothing yet. Throws a `TypeError` or a `RangeError` for options that make no sense. */
  constructor(options: SqliteReaderOptions) {
    this.#settings = settingsOf(options);
    this.#tables = tablesOf(this.#settings.queue);
  }

  /**
   * Opens the file, which must exist. Idempotent.
   *
   * @throws SyncError `STORAGE_FORMAT_NEWER`, `STORAGE_DAMAGED` where the file is no database, `STORAGE_BUSY`,
   * `STORAGE_FAILED` where it cannot be opened; the cause tells why
   */
  async open(): Promise<void> {
    if (this.#driver !== undefined) return;
    const { binding, file, queue } = this.#settings;
    const driver = await openFile(binding, file, { readOnly: true });
    try {
      driver.exec(`PRAGMA busy_timeout = ${BUSY_WAIT_MS}`);
      // Once more, for a binding of the caller's own that does not know the option.
      driver.exec('PRAGMA query_only = ON');
      await this.#patiently(driver, () => checkFormat(driver, queue));
      this.#driver = driver;
    } catch (error) {
      driver.close();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#driver?.close();
    this.#driver = undefined;
    this.#sql = undefined;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** All queues of the file. A format that is no number, which is damage, is given as `NaN`. */
  queues(): Promise<readonly QueueFormat[]> {
    return this.#run((driver) =>
      listFormats(driver).map(([queue, format]) => ({
        queue,
        format: typeof format === 'number' ? format : NaN,
      })),
    );
  }

  /** @throws SyncError `STORAGE_DAMAGED` where its row is damaged */
  get(id: string): Promise<ReadOperation | undefined> {
    return this.#read((tx) => {
      const stored = get(tx, id);
      const row = stored && tx.sql.row.get(stored.sequence);
      return row && withSeal(tx.stored(row), row);
    });
  }

  /** A page of operations in sequence order, as `QueueStorage.list` gives it. */
  list(query: ListQuery = {}): Promise<Page<ReadOperation>> {
    return this.#read((tx) => list(tx, query, readIntact) as Page<ReadOperation>);
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#read((tx) => blockersOf(tx, id));
  }

  /** Who is signed in. */
  signedIn(): Promise<SignedIn> {
    return this.#read((tx) => ({ principal: tx.state.data.principal ?? undefined }));
  }

  /** A page of records that were put aside. */
  quarantined(
    query: { readonly after?: number; readonly limit?: number } = {},
  ): Promise<Page<QuarantinedRecord>> {
    return this.#read((tx) => listQuarantined(tx, query));
  }

  /** Counts what is in the queue. Its cost grows with the queue. */
  overview(): Promise<QueueOverview> {
    return this.#read((tx, driver) => overview(driver, this.#tables, tx));
  }

  /** All leases, those that ended included, until somebody claims or settles. */
  leases(): Promise<readonly LeaseRecord[]> {
    return this.#read((tx) =>
      Array.from(tx.leases.groups, ({ token, leaseUntil, leaseMs, items }) => ({
        token,
        leaseUntil,
        leaseMs,
        ids: Array.from(items.values(), ({ id }) => id),
      })),
    );
  }

  /** Checks and reads a stretch of rows; repeat with `next` until it is absent. */
  checkRows(after = -Infinity, limit = 500): Promise<CheckedRows> {
    return this.#read((tx) => checkRows(tx, after, limit));
  }

  /** Compares the rows with the counts, leases and dependencies that are kept about them. Reads the whole queue. */
  checkOrder(): Promise<OrderReport> {
    return this.#read((tx, driver, isStateIntact) =>
      checkOrder(tx, overview(driver, this.#tables, tx), isStateIntact),
    );
  }

  /** What SQLite finds wrong with its own file, at most 20 lines; empty where nothing is. Reads the whole file. */
  integrity(): Promise<readonly string[]> {
    return this.#run((driver) => {
      try {
        const lines = driver.prepare('PRAGMA integrity_check(20)').all();
        return lines.map(([line]) => String(line)).filter((line) => line !== 'ok');
      } catch (error) {
        // The check itself may come to a page that it cannot go past.
        if (driver.faultOf(error) !== 'damaged') throw error;
        return [(error as Error).message];
      }
    });
  }

  /** Reads that see one state of the queue, which must be in the current format. */
  #read<T>(work: (tx: QueueTransaction, driver: SqliteDriver, isStateIntact: boolean) => T): Promise<T> {
    return this.#run((driver) => {
      const sql = this.#prepared(driver);
      driver.exec('BEGIN');
      try {
        const kept = QueueState.load(sql);
        const state = kept ?? QueueState.from();
        // Without the counts nobody knows that nothing is leased, so the leases are looked at.
        if (kept === undefined) state.data.byState.leased = 1;
        return work(new QueueTransaction(sql, state, readingSeal), driver, kept !== undefined);
      } finally {
        if (driver.inTransaction) driver.exec('ROLLBACK');
      }
    });
  }

  #prepared(driver: SqliteDriver): Statements {
    if (this.#sql !== undefined) return this.#sql;
    const { queue } = this.#settings;
    const found = listFormats(driver).find(([name]) => name === queue)?.[1];
    if (found !== CURRENT_FORMAT) throw notReadable(queue, found);
    try {
      this.#sql = prepareStatements(driver, this.#tables);
      return this.#sql;
    } catch (error) {
      // The format is right, yet a statement does not fit the tables: their definition was altered.
      const fault = driver.faultOf(error);
      throw storageError(error, fault === 'other' ? 'damaged' : fault);
    }
  }

  async #run<T>(work: (driver: SqliteDriver) => T): Promise<T> {
    const driver = this.#driver;
    if (driver === undefined) throw closedError();
    return this.#patiently(driver, () => work(driver));
  }

  /** Repeats what met a lock, without holding up the event loop, and once what met damage. */
  async #patiently<T>(driver: SqliteDriver, work: () => T): Promise<T> {
    const { clock, busyTimeoutMs } = this.#settings;
    const startedAt = clock.monotonicMs();
    for (let isReread = false; ;) {
      try {
        return work();
      } catch (error) {
        const fault = driver.faultOf(error);
        // Memory and disks err for a moment too, so nothing is judged by what was read once.
        if (!isReread && isJudgement(error, fault)) {
          isReread = true;
          driver.exec('PRAGMA shrink_memory');
          continue;
        }
        const isOverdue = clock.monotonicMs() - startedAt >= busyTimeoutMs;
        if (fault !== 'busy' || isOverdue) throw readingError(error, fault);
        await new Promise<void>((resolve) => {
          clock.setTimer(resolve, PAUSE_MS);
        });
      }
    }
  }
}

/** Whether an error says something about the file that another look may not confirm. */
function isJudgement(error: unknown, fault: SqliteFault | undefined): boolean {
  if (error instanceof DamagedRows || error instanceof DamagedIndex) return true;
  return fault === 'io' || fault === 'damaged';
}

function readIntact(tx: QueueTransaction, row: SqlRow): ReadOperation | undefined {
  return isIntact(row) ? withSeal(tx.stored(row), row) : undefined;
}

function withSeal(stored: StoredOperation, row: SqlRow): ReadOperation {
  return { ...stored, isSealed: sealedValues(row).some((value) => value instanceof Uint8Array) };
}

function notReadable(queue: string, format: unknown): SyncError {
  const message =
    format === undefined
      ? `There is no queue "${queue}" in the file.`
      : `The queue "${queue}" has the older format ${Number(format)}. Opening it with SqliteQueueStorage brings it to format ${CURRENT_FORMAT}.`;
  return new SyncError('STORAGE_FAILED', message, { details: { queue, format: format ?? 0 } });
}

function readingError(error: unknown, fault: SqliteFault | undefined): unknown {
  if (!(error instanceof DamagedRows))
    return storageError(error, error instanceof DamagedIndex ? 'damaged' : fault);
  const [{ sequence, reason }] = error.rows;
  return new SyncError('STORAGE_DAMAGED', reason.message, { cause: error, details: { sequence } });
}
