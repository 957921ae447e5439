import { type Clock, isSyncError, SyncError, systemClock, type TimerHandle } from '@cpc/sync-core';
import type { SqliteBinding, SqliteDriver } from '@cpc/storage-sqlite';
import { LIST_LIMIT } from '../ports/bounds.js';
import { NoticeHub } from '../ports/notice-hub.js';
import type {
  ChannelState,
  LeadRequest,
  ReplicaCommit,
  ReplicaListPage,
  ReplicaListQuery,
  ReplicaPage,
  ReplicaRecord,
  ReplicaStore,
} from '../ports/replica-store.js';
import { migrate } from './replica-schema.js';
import { prepareStatements, type ReplicaStatements } from './replica-statements.js';
import { ReplicaTables } from './replica-tables.js';

export interface SqliteReplicaStoreOptions {
  /** The file of the copy; it is created where there is none. May be that of the queue. */
  readonly file: string;
  readonly binding: SqliteBinding;
  /** How long another process may hold the file before a call rejects with `STORAGE_BUSY`, in milliseconds. @defaultValue 5_000 */
  readonly busyTimeoutMs?: number;
  /** How often the file is looked at for changes of other processes while somebody listens, in milliseconds. @defaultValue 250 */
  readonly watchMs?: number;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

interface Open {
  readonly driver: SqliteDriver;
  readonly sql: ReplicaStatements;
  readonly tables: ReplicaTables;
}

/** How long SQLite itself may wait for a lock: the event loop stands still for it. */
const BUSY_WAIT_MS = 20;

/**
 * A copy in a SQLite file, for any number of processes.
 *
 * Commits are not synced one by one (`synchronous = NORMAL`): after a power cut the latest pages may be gone, each whole,
 * and are pulled again. The file is never damaged by it.
 */
export class SqliteReplicaStore implements ReplicaStore {
  readonly notices = new NoticeHub();
  readonly #options: Required<SqliteReplicaStoreOptions>;
  #open: Open | undefined;
  #watch: TimerHandle | undefined;
  #seenVersion = -1;

  constructor(options: SqliteReplicaStoreOptions) {
    this.#options = { busyTimeoutMs: 5_000, watchMs: 250, clock: systemClock, ...options };
  }

  async open(): Promise<void> {
    if (this.#open !== undefined) return;
    const { binding, file } = this.#options;
    const driver = await binding.open(file);
    try {
      driver.exec(
        `PRAGMA busy_timeout = ${BUSY_WAIT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`,
      );
      await this.#patiently(driver, () => migrate(driver));
      const sql = prepareStatements(driver);
      this.#open = { driver, sql, tables: new ReplicaTables(sql) };
      this.#seenVersion = this.#dataVersion(sql);
      this.#planLook();
    } catch (error) {
      driver.close();
      throw typed(error, driver);
    }
  }

  close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (this.#watch !== undefined) this.#options.clock.clearTimer(this.#watch);
    this.#watch = undefined;
    open?.driver.close();
    return Promise.resolve();
  }

  channels(): Promise<readonly ChannelState[]> {
    return this.#read((tables) => tables.channels());
  }

  async follow(channel: string): Promise<boolean> {
    const isNew = await this.#write((tables) => tables.follow(channel));
    if (isNew) this.notices.tell({ kind: 'changed' });
    return isNew;
  }

  async write(page: ReplicaPage): Promise<boolean> {
    const isTaken = await this.#write((tables) => tables.write(page));
    if (isTaken) this.notices.tell({ kind: 'changed' });
    return isTaken;
  }

  async leave(channel: string): Promise<boolean> {
    const wasThere = await this.#write((tables) => tables.leave(channel));
    if (wasThere) this.notices.tell({ kind: 'changed' });
    return wasThere;
  }

  get(entity: string): Promise<ReplicaRecord | undefined> {
    return this.#read((tables) => tables.get(entity));
  }

  list({ collection, after = '', limit = LIST_LIMIT }: ReplicaListQuery): Promise<ReplicaListPage> {
    return this.#read((tables) => tables.list(collection, after, limit));
  }

  revision(): Promise<number> {
    return this.#read((tables) => tables.revision());
  }

  commitsSince(revision: number): Promise<readonly ReplicaCommit[] | undefined> {
    return this.#read((tables) => tables.commitsSince(revision));
  }

  lead({ owner, now, leaseMs }: LeadRequest): Promise<boolean> {
    return this.#write((_, sql) => sql.lead.run(owner, now + leaseMs, owner, now) > 0);
  }

  async resign(owner: string): Promise<void> {
    await this.#write((_, sql) => sql.resign.run(owner));
  }

  #read<T>(step: (tables: ReplicaTables) => T): Promise<T> {
    return this.#run(({ sql, tables }) => inTransaction(sql.begin, sql, () => step(tables)));
  }

  #write<T>(step: (tables: ReplicaTables, sql: ReplicaStatements) => T): Promise<T> {
    return this.#run(({ sql, tables }) => inTransaction(sql.beginImmediate, sql, () => step(tables, sql)));
  }

  async #run<T>(step: (open: Open) => T): Promise<T> {
    const open = this.#open;
    if (open === undefined) throw closed();
    return this.#patiently(open.driver, () => {
      // Closed while another process held the file.
      if (this.#open !== open) throw closed();
      return step(open);
    });
  }

  /** Tries again while another process holds the file, without holding up the event loop. */
  async #patiently<T>(driver: SqliteDriver, step: () => T): Promise<T> {
    const { clock, busyTimeoutMs } = this.#options;
    const until = clock.monotonicMs() + busyTimeoutMs;
    for (;;) {
      try {
        return step();
      } catch (error) {
        const fault = isSyncError(error) ? undefined : driver.faultOf(error);
        if (driver.inTransaction) driver.exec('ROLLBACK');
        if (fault !== 'busy' || clock.monotonicMs() >= until) throw typed(error, driver);
      }
      await new Promise<void>((resolve) => void clock.setTimer(resolve, BUSY_WAIT_MS));
    }
  }

  #planLook(): void {
    const { clock, watchMs } = this.#options;
    this.#watch = clock.setTimer(() => {
      const sql = this.#open?.sql;
      if (sql === undefined) return;
      this.#planLook();
      this.#look(sql);
    }, watchMs);
  }

  /** Another process's commit shows in a number that SQLite keeps for each connection; own commits do not. */
  #look(sql: ReplicaStatements): void {
    let version: number;
    try {
      version = this.#dataVersion(sql);
    } catch {
      // Whatever is wrong with the file, the next call meets it and tells.
      return;
    }
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.notices.tell({ kind: 'changed' });
  }

  #dataVersion(sql: ReplicaStatements): number {
    return sql.dataVersion.get()?.[0] as number;
  }
}

function inTransaction<T>(begin: { run(): number }, sql: ReplicaStatements, work: () => T): T {
  begin.run();
  const result = work();
  sql.commit.run();
  return result;
}

function closed(): SyncError {
  return new SyncError('STORAGE_CLOSED', 'The copy is closed. Call open() first.');
}

/** The typed error for what SQLite reported; anything else passes unchanged. */
function typed(cause: unknown, driver: SqliteDriver): unknown {
  if (isSyncError(cause)) return cause;
  switch (driver.faultOf(cause)) {
    case undefined:
      return cause;
    case 'busy':
      return new SyncError('STORAGE_BUSY', 'Another process held the copy for too long. Try again.', {
        cause,
      });
    case 'full':
      return new SyncError('STORAGE_FULL', 'No space is left for the copy. What is shown stays as it is.', {
        cause,
      });
    case 'damaged':
      return new SyncError(
        'STORAGE_DAMAGED',
        'The file of the copy is damaged. Delete it: everything in it is pulled again.',
        { cause },
      );
    default:
      return new SyncError('STORAGE_FAILED', 'SQLite reported an error; the cause tells which.', { cause });
  }
}
