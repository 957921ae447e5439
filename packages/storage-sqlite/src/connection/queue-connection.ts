import type { QuarantinedRecord } from '@cpc/sync-core';
import { SyncError } from '@cpc/sync-core';
import type { SqliteDriver, SqliteStatement } from '../drivers/sqlite-driver.js';
import type { Savepoint } from '../engine/enqueue.js';
import { PastBook } from '../engine/past-book.js';
import type { PayloadSeal } from '../engine/payload-seal.js';
import { QueueState } from '../engine/queue-state.js';
import { QueueTransaction } from '../engine/queue-transaction.js';
import { rebuild } from '../engine/rebuild.js';
import { prepareStatements, type Statements } from '../engine/statements.js';
import type { QueueTables } from '../schema/tables.js';
import { isSynchronous, setSynchronous, type SqliteDurability } from './open-driver.js';

/** After damage, how far sequences and tokens jump ahead of what can still be read. */
const JUMP = 2 ** 20;

/** What a transaction gave, and what it put into quarantine. */
export interface Outcome<T> {
  readonly result: T;
  readonly quarantined: readonly QuarantinedRecord[];
}

/** One connection that reads and writes a queue. Synchronous: what it throws has changed nothing. */
export class QueueConnection {
  readonly driver: SqliteDriver;
  readonly savepoint: Savepoint;
  readonly #sql: Statements;
  readonly #tables: QueueTables;
  readonly #durability: SqliteDurability;
  readonly #begin: SqliteStatement;
  readonly #beginImmediate: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #past: PastBook;
  #state: QueueState | undefined;
  #isProven = false;

  constructor(driver: SqliteDriver, tables: QueueTables, durability: SqliteDurability) {
    this.driver = driver;
    this.#tables = tables;
    this.#durability = durability;
    this.#sql = prepareStatements(driver, tables);
    this.#past = new PastBook(driver, tables);
    this.#begin = driver.prepare('BEGIN');
    this.#beginImmediate = driver.prepare('BEGIN IMMEDIATE');
    this.#commit = driver.prepare('COMMIT');
    this.savepoint = savepointOf(driver);
  }

  /** Runs a transaction that writes. */
  write<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T): Outcome<T> {
    this.#beginImmediate.run();
    try {
      const outcome = this.#work(seal, work, true);
      this.#commit.run();
      if (!this.#isProven) this.#proveDurability();
      return outcome;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /**
   * Does the work of a transaction inside of one that is open already. Its end is not seen here; the row of the state
   * tells it, so that is always written.
   */
  join<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T): Outcome<T> {
    try {
      return this.#work(seal, work, false);
    } catch (error) {
      this.#state = undefined;
      throw error;
    }
  }

  /** Runs reads that see one state of the queue. */
  read<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T): T {
    this.#begin.run();
    try {
      const result = work(this.#transaction(seal));
      this.#commit.run();
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Makes the indexes anew from the rows, and all counts. */
  repair(seal: PayloadSeal): void {
    this.#beginImmediate.run();
    try {
      for (const table of Object.values(this.#tables) as string[]) this.driver.exec(`REINDEX ${table}`);
      this.#work(seal, rebuild, false);
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** A connection of the app's must be as durable as the queue promises to be. */
  checkGuest(): void {
    if (isSynchronous(this.driver, this.#durability)) return;
    throw new TypeError(
      `enqueueIn expects a connection with PRAGMA synchronous = ${this.#durability.toUpperCase()} or more. ` +
        'Set it before the transaction begins.',
    );
  }

  close(): void {
    this.driver.close();
  }

  #work<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T, mayLag: boolean): Outcome<T> {
    const tx = this.#transaction(seal);
    const result = work(tx);
    tx.save(mayLag);
    this.#state = tx.state;
    return { result, quarantined: tx.quarantined };
  }

  #transaction(seal: PayloadSeal): QueueTransaction {
    const state = QueueState.load(this.#sql, this.#state);
    if (state !== undefined) return new QueueTransaction(this.#sql, state, seal, this.#past);
    return this.#transactionFromRows(seal);
  }

  /** The state's row is new or damaged: everything in it follows from the rest, but for what was given away. */
  #transactionFromRows(seal: PayloadSeal): QueueTransaction {
    const highest = (row: readonly unknown[] | undefined): number => Number(row?.[0] ?? 0);
    const last = Math.max(highest(this.#sql.lastSequence.get()), highest(this.#sql.lastQuarantined.get()));
    const isNew = last === 0 && this.#sql.state.get() === undefined;
    const state = QueueState.from(
      isNew ? {} : { sequence: last + JUMP, token: JUMP + highest(this.#sql.lastToken.get()) },
    );
    if (!isNew) Object.assign(state.data, this.#past.lastPosition());
    const tx = new QueueTransaction(this.#sql, state, seal, this.#past);
    if (!isNew) rebuild(tx);
    return tx;
  }

  #rollBack(): void {
    this.#state = undefined;
    if (this.driver.inTransaction) this.driver.exec('ROLLBACK');
  }

  /** The level can read right before the first write and wrong after it, so it is looked at once, after it. */
  #proveDurability(): void {
    if (!isSynchronous(this.driver, this.#durability)) {
      setSynchronous(this.driver, this.#durability);
      throw new SyncError(
        'STORAGE_FAILED',
        'SQLite did not keep the level of durability that was set. Try again.',
      );
    }
    this.#isProven = true;
  }
}

function savepointOf(driver: SqliteDriver): Savepoint {
  const set = driver.prepare('SAVEPOINT cpc_batch');
  const keep = driver.prepare('RELEASE cpc_batch');
  const back = driver.prepare('ROLLBACK TO cpc_batch');
  return {
    set: () => void set.run(),
    keep: () => void keep.run(),
    takeBack: () => {
      back.run();
      keep.run();
    },
  };
}
