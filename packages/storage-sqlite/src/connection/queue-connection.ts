import type { QuarantinedRecord } from '@cpc/sync-core';
import { SyncError } from '@cpc/sync-core';
import type { SqliteDriver, SqliteFault, SqliteStatement } from '../drivers/sqlite-driver.js';
import { DamagedIndex, DamagedRows } from '../engine/damage.js';
import { relayRows } from '../engine/relay-rows.js';
import type { Savepoint } from '../engine/enqueue.js';
import { LeaseBook } from '../engine/lease-book.js';
import { PastBook } from '../engine/past-book.js';
import type { PayloadSeal } from '../engine/payload-seal.js';
import { quarantine, quarantineAll } from '../engine/quarantine.js';
import { QueueState } from '../engine/queue-state.js';
import { QueueTransaction } from '../engine/queue-transaction.js';
import { rebuild } from '../engine/rebuild.js';
import { isIntact } from '../engine/row-checksum.js';
import { valueAt, WHOLE } from '../engine/selection.js';
import { prepareStatements, type Statements } from '../engine/statements.js';
import type { QueueTables } from '../schema/tables.js';
import { isSynchronous, setSynchronous, type SqliteDurability } from './open-driver.js';

/** After damage, how far sequences and tokens jump ahead of what can still be read. */
const JUMP = 2 ** 20;

/** How many rows are read at a time where an intact one is looked for. */
const LOOKED_AT_ONCE = 50;

/** The commit itself failed, so it may have been made or not, and must not be tried again by anybody but the caller. */
export class UnknownEnd extends Error {
  override readonly name = 'UnknownEnd';
  readonly fault: SqliteFault;

  constructor(cause: unknown, fault: SqliteFault) {
    super('The commit failed.', { cause });
    this.fault = fault;
  }
}

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
    return this.#write(() => this.#work(seal, work, true));
  }

  /** The same for what mends damage: rows that are not as they were written are no obstacle to it. */
  mend<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T): Outcome<T> {
    return this.#write(() => this.#finish(this.#transaction(seal), work, false));
  }

  /**
   * Does the work of a transaction inside of one that is open already. Its end is not seen here; the row of the state
   * tells it, so that is always written.
   */
  join<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T): Outcome<T> {
    this.savepoint.set();
    try {
      const outcome = this.#work(seal, work, false);
      this.savepoint.keep();
      return outcome;
    } catch (error) {
      this.#state = undefined;
      this.savepoint.takeBack();
      if (!(error instanceof DamagedRows)) throw error;
      // It takes at least one row away, so this ends.
      this.#finish(this.#transaction(seal), (tx) => quarantine(tx, error.rows), false);
      return this.join(seal, work);
    }
  }

  /** Runs reads that see one state of the queue. */
  read<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T): T {
    this.#begin.run();
    try {
      const tx = this.#transaction(seal);
      tx.state.checkTail();
      const result = work(tx);
      this.#commit.run();
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /**
   * Makes the indexes anew from the rows, and the way to the rows where it leads past some, and all that follows from the
   * rows. Those that are not as they were written are
   * put aside first: an altered place would be taken for an order that contradicts itself.
   */
  repair(seal: PayloadSeal): Outcome<void> {
    return this.#write(() => {
      this.#renew(() => relayRows(this.driver, this.#tables, this.#sql));
      for (const table of Object.values(this.#tables) as string[])
        this.#renew(() => this.driver.exec(`REINDEX ${table}`));
      return this.#finish(this.#transaction(seal, quarantineAll), quarantineAll, false);
    });
  }

  /** Two rows of one id, which pages that lead to one place twice give, cannot be in an index of ids. */
  #renew(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw this.driver.faultOf(error) === 'other' ? new DamagedIndex() : error;
    }
  }

  /** Forgets the pages that it keeps in memory, so that they are read from the disk once more. */
  forgetPages(): void {
    this.#state = undefined;
    this.driver.exec('PRAGMA shrink_memory');
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

  #write<T>(work: () => T): T {
    this.#beginImmediate.run();
    try {
      const outcome = work();
      this.#commitAll();
      if (!this.#isProven) this.#proveDurability();
      return outcome;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #commitAll(): void {
    try {
      this.#commit.run();
    } catch (error) {
      const fault = this.driver.faultOf(error);
      throw fault === 'io' || fault === 'damaged' ? new UnknownEnd(error, fault) : error;
    }
  }

  #work<T>(seal: PayloadSeal, work: (tx: QueueTransaction) => T, mayLag: boolean): Outcome<T> {
    const tx = this.#transaction(seal);
    tx.state.checkTail();
    return this.#finish(tx, work, mayLag);
  }

  #finish<T>(tx: QueueTransaction, work: (tx: QueueTransaction) => T, mayLag: boolean): Outcome<T> {
    const result = work(tx);
    tx.save(mayLag);
    this.#state = tx.state;
    return { result, quarantined: tx.quarantined };
  }

  #transaction(seal: PayloadSeal, workOut = rebuild): QueueTransaction {
    const state = QueueState.load(this.#sql, this.#state);
    if (state !== undefined) return new QueueTransaction(this.#sql, state, seal, this.#past);
    return this.#transactionFromRows(seal, workOut);
  }

  /** The state's row is new or damaged: everything in it follows from the rest, but for what was given away. */
  #transactionFromRows(seal: PayloadSeal, workOut: (tx: QueueTransaction) => void): QueueTransaction {
    const last = lastSequence(this.#sql);
    const quarantined = Number(this.#sql.countQuarantined.get()?.[0]);
    const isNew = last === 0 && quarantined === 0 && this.#sql.state.get() === undefined;
    const tokens = Array.from(new LeaseBook(this.#sql).groups, ({ token }) => token);
    const state = QueueState.from(
      isNew ? {} : { sequence: last + quarantined + JUMP, token: JUMP + Math.max(0, ...tokens) },
    );
    if (!isNew) Object.assign(state.data, this.#past.lastPosition());
    const tx = new QueueTransaction(this.#sql, state, seal, this.#past);
    if (!isNew) workOut(tx);
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

/** The highest sequence of a row that is as it was written. */
function lastSequence(sql: Statements): number {
  for (let before = Infinity; ;) {
    const rows = sql.before.all(before, LOOKED_AT_ONCE);
    const intact = rows.find(isIntact);
    if (intact !== undefined) return valueAt(intact, WHOLE.at.sequence);
    const last = rows.at(-1);
    if (last === undefined) return 0;
    const next = valueAt(last, WHOLE.at.sequence);
    if (!(next < before)) throw new DamagedIndex();
    before = next;
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
