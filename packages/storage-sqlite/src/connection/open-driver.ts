import { SyncError } from '@cpc/sync-core';
import type {
  SqliteBinding,
  SqliteDriver,
  SqliteFault,
  SqliteOpenOptions,
} from '../drivers/sqlite-driver.js';
import { checkFormat, migrate } from '../schema/migrations.js';
import type { QueueTables } from '../schema/tables.js';

/** How durable a change is when its promise resolves. */
export type SqliteDurability = 'full' | 'normal';

/**
 * How long SQLite itself may wait for another connection's lock: the whole event loop stands still for it. What
 * takes longer is tried again later.
 */
export const BUSY_WAIT_MS = 20;

/** Pages in the log before SQLite moves them into the file; fewer would cost more syncs, more a longer pause. */
const CHECKPOINT_PAGES = 1000;

/** To how much the log is cut when it is begun anew, after it had to become longer. */
const KEPT_LOG_BYTES = 8_000_000;

const SYNCHRONOUS = { full: 2, normal: 1 } as const;

/** SQLite reported an error while a file was made ready. */
export class OpeningFault extends Error {
  override readonly name = 'OpeningFault';
  readonly fault: SqliteFault;

  constructor(cause: unknown, fault: SqliteFault) {
    super('SQLite could not make the file ready.', { cause });
    this.fault = fault;
  }
}

/**
 * Opens the file for a queue: checks the format before anything is written, then sets what durability needs, then
 * creates or migrates the queue's tables.
 */
export async function openDriver(
  binding: SqliteBinding,
  file: string,
  queue: string,
  tables: QueueTables,
  durability: SqliteDurability,
): Promise<SqliteDriver> {
  const driver = await openFile(binding, file);
  try {
    driver.exec(`PRAGMA busy_timeout = ${BUSY_WAIT_MS}`);
    checkFormat(driver, queue);
    const [mode] = driver.prepare('PRAGMA journal_mode = WAL').get() ?? [];
    if (mode !== 'wal') {
      throw new SyncError(
        'STORAGE_FAILED',
        `The file cannot have a write-ahead log: its journal mode is ${String(mode)}.`,
      );
    }
    setSynchronous(driver, durability);
    driver.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    driver.exec(`PRAGMA journal_size_limit = ${KEPT_LOG_BYTES}`);
    migrate(driver, queue, tables);
    return driver;
  } catch (error) {
    const fault = driver.faultOf(error);
    driver.close();
    throw fault === undefined ? error : new OpeningFault(error, fault);
  }
}

/** Rejects with `STORAGE_FAILED` where the binding cannot open the file. */
export async function openFile(
  binding: SqliteBinding,
  file: string,
  options?: SqliteOpenOptions,
): Promise<SqliteDriver> {
  try {
    return await binding.open(file, options);
  } catch (error) {
    throw new SyncError('STORAGE_FAILED', `${binding.name} could not open ${file}; the cause tells why.`, {
      cause: error,
    });
  }
}

/** better-sqlite3 is compiled to sync a log less often than FULL, so every connection is told. */
export function setSynchronous(driver: SqliteDriver, durability: SqliteDurability): void {
  driver.exec(`PRAGMA synchronous = ${SYNCHRONOUS[durability]}`);
}

/** Whether every commit of this connection is as durable as promised. */
export function isSynchronous(driver: SqliteDriver, durability: SqliteDurability): boolean {
  const [level] = driver.prepare('PRAGMA synchronous').get() ?? [];
  return typeof level === 'number' && level >= SYNCHRONOUS[durability];
}
