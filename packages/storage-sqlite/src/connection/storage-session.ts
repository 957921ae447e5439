import type { Clock, QuarantinedRecord } from '@cpc/sync-core';
import { asDriver, type SqliteConnection } from '../drivers/as-driver.js';
import type { SqliteDriver, SqliteFault } from '../drivers/sqlite-driver.js';
import { CodecPending, CodecSeal } from '../engine/codec-seal.js';
import type { Savepoint } from '../engine/enqueue.js';
import { type PayloadSeal, plainSeal } from '../engine/payload-seal.js';
import { quarantine } from '../engine/quarantine.js';
import { DamagedIndex, DamagedRows } from '../engine/damage.js';
import type { QueueTransaction } from '../engine/queue-transaction.js';
import type { SqliteStorageSettings } from '../options.js';
import { type QueueTables, tablesOf } from '../schema/tables.js';
import { KeyBook, KeysUnmet, type QueueAccess } from './key-book.js';
import { NoticeBoard } from './notice-board.js';
import { openDriver, OpeningFault, type SqliteDurability } from './open-driver.js';
import { QueueConnection, UnknownEnd } from './queue-connection.js';
import { closedError, storageError } from './storage-error.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** The first and the longest pause before a lock is tried again. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/** What one call of the storage has been through. */
interface Call {
  readonly seal: PayloadSeal;
  /** The same, where there is a codec. */
  readonly codec: CodecSeal | undefined;
  readonly startedAt: number;
  pauseMs: number;
  isReread: boolean;
  isRepaired: boolean;
}

/**
 * The open file, and what stands between a synchronous transaction and a call that may take its time: waiting for
 * locks, encoding payloads, putting damaged rows aside.
 */
export class StorageSession {
  readonly notices = new NoticeBoard();
  readonly #settings: SqliteStorageSettings;
  readonly #tables: QueueTables;
  readonly #guests = new WeakMap<object, QueueConnection>();
  readonly #keyBook: KeyBook | undefined;
  #connection: QueueConnection | undefined;
  #log: WriteAheadLog | undefined;
  #opening: Promise<void> | undefined;

  constructor(settings: SqliteStorageSettings) {
    this.#settings = settings;
    this.#tables = tablesOf(settings.queue);
    this.#keyBook = settings.codec && new KeyBook(settings.codec);
  }

  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    try {
      await opening;
    } finally {
      this.#connection?.close();
      this.#connection = undefined;
    }
  }

  checkOpen(): QueueConnection {
    if (this.#connection === undefined) throw closedError();
    return this.#connection;
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  get savepoint(): Savepoint {
    return this.checkOpen().savepoint;
  }

  /** One transaction that writes. `payloadsOf` names the payloads that it will surely write. */
  write<T>(work: (tx: QueueTransaction) => T, payloadsOf?: () => readonly string[]): Promise<T> {
    return this.#write(work, payloadsOf, false);
  }

  /** The same for what adds operations: it is refused while the log is as long as it may become. */
  add<T>(work: (tx: QueueTransaction) => T, payloadsOf: () => readonly string[]): Promise<T> {
    return this.#write(work, payloadsOf, true);
  }

  #write<T>(
    work: (tx: QueueTransaction) => T,
    payloadsOf: (() => readonly string[]) | undefined,
    isAdding: boolean,
  ): Promise<T> {
    const call = this.#call();
    const attempt = (connection: QueueConnection): T => {
      if (isAdding) this.#log?.checkRoom();
      const { result, quarantined } = connection.write(call.seal, this.#withKeys(work));
      this.#log?.written();
      this.#tell(quarantined);
      return result;
    };
    if (call.codec === undefined || payloadsOf === undefined) return this.#persist(call, attempt);
    return call.codec.encode(payloadsOf()).then(() => this.#persist(call, attempt));
  }

  /** One transaction that reads. */
  read<T>(work: (tx: QueueTransaction) => T): Promise<T> {
    const call = this.#call();
    const withKeys = this.#withKeys(work);
    return this.#persist(call, (connection) => connection.read(call.seal, withKeys));
  }

  /** Works within a transaction that the app has open on a connection of its own. */
  join<T>(given: SqliteConnection, work: (tx: QueueTransaction, savepoint: Savepoint) => T): T {
    this.checkOpen();
    if (this.#settings.codec !== undefined) {
      throw new TypeError(
        'enqueueIn cannot wait for a payload codec. Encode the payload before, or use enqueue().',
      );
    }
    const guest = this.#guestOf(given);
    this.#log?.checkRoom();
    try {
      return guest.join(plainSeal, (tx) => work(tx, guest.savepoint)).result;
    } catch (error) {
      throw storageError(error, guest.driver.faultOf(error));
    }
  }

  async #open(): Promise<void> {
    await this.#connect();
    try {
      await this.#meetKeys();
    } catch (error) {
      this.#connection?.close();
      this.#connection = undefined;
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const { binding, file, queue, durability } = this.#settings;
    const call = this.#call();
    for (;;) {
      try {
        const driver = await openDriver(binding, file, queue, this.#tables, durability);
        this.#connection = connect(driver, this.#tables, durability);
        this.#log = new WriteAheadLog(driver, {
          maxBytes: this.#settings.maxLogBytes,
          onHeld: (failure) => this.notices.post({ kind: 'failed', failure }),
        });
        return;
      } catch (error) {
        if (!(error instanceof OpeningFault)) throw error;
        if (error.fault !== 'busy' && call.isReread) throw storageError(error.cause, error.fault);
        if (error.fault === 'busy' ? this.#isOverdue(call) : !isMomentary(error.fault))
          throw storageError(error.cause, error.fault);
        if (error.fault !== 'busy') call.isReread = true;
        await this.#pause(call);
      }
    }
  }

  #call(): Call {
    const { codec, clock } = this.#settings;
    const keys = this.#keyBook?.keys;
    const sealing = codec && keys && new CodecSeal(codec, keys, () => this.#meetKeys());
    return {
      seal: sealing ?? plainSeal,
      codec: sealing,
      startedAt: clock.monotonicMs(),
      pauseMs: FIRST_PAUSE_MS,
      isReread: false,
      isRepaired: false,
    };
  }

  /** Work with the codec begins with a look at whether its keys are still those that the queue is written with. */
  #withKeys<T>(work: (tx: QueueTransaction) => T): (tx: QueueTransaction) => T {
    const book = this.#keyBook;
    if (book === undefined) return work;
    return (tx) => {
      book.check(tx);
      return work(tx);
    };
  }

  async #meetKeys(): Promise<void> {
    const access: QueueAccess = {
      read: (work) => this.#persist(this.#call(), (connection) => connection.read(plainSeal, work)),
      write: (work) => this.#persist(this.#call(), (connection) => connection.write(plainSeal, work).result),
    };
    await this.#keyBook?.meet(access);
  }

  /** Usually the first attempt succeeds, and nothing needs to be waited for. */
  #persist<T>(call: Call, attempt: (connection: QueueConnection) => T): Promise<T> {
    const connection = this.#connection;
    if (connection === undefined) return Promise.reject(closedError());
    try {
      return Promise.resolve(attempt(connection));
    } catch (error) {
      return this.#overcome(error, call, connection).then(() => this.#persist(call, attempt));
    }
  }

  /** Makes another attempt worth while, or throws what the call rejects with. */
  async #overcome(error: unknown, call: Call, connection: QueueConnection): Promise<void> {
    if (error instanceof CodecPending) return call.codec?.catchUp();
    if (error instanceof KeysUnmet) return this.#meetKeys();
    if (error instanceof UnknownEnd) throw storageError(error.cause, error.fault);
    const fault = connection.driver.faultOf(error);
    const isDamage = error instanceof DamagedRows || error instanceof DamagedIndex || fault === 'damaged';
    // Memory and disks err for a moment too, so nothing is judged by what was read once.
    if ((isDamage || fault === 'io') && !call.isReread) {
      call.isReread = true;
      connection.forgetPages();
      return;
    }
    try {
      if (error instanceof DamagedRows) {
        this.#tell(connection.mend(plainSeal, (tx) => quarantine(tx, error.rows)).quarantined);
        return;
      }
      if (isDamage && !call.isRepaired) {
        call.isRepaired = true;
        this.#tell(connection.repair(plainSeal).quarantined);
        return;
      }
    } catch (second) {
      if (connection.driver.faultOf(second) === 'busy') call.isRepaired = false;
      return this.#overcome(second, call, connection);
    }
    if (fault !== 'busy' || this.#isOverdue(call)) {
      throw storageError(error, error instanceof DamagedIndex ? 'damaged' : fault);
    }
    await this.#pause(call);
  }

  #isOverdue({ startedAt }: Call): boolean {
    return this.#settings.clock.monotonicMs() - startedAt >= this.#settings.busyTimeoutMs;
  }

  /** Exponential, with jitter, so that processes that wait for each other do not stay in step. */
  async #pause(call: Call): Promise<void> {
    const { clock, random } = this.#settings;
    const pauseMs = call.pauseMs * (0.5 + random.next() / 2);
    call.pauseMs = Math.min(LONGEST_PAUSE_MS, call.pauseMs * 2);
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, pauseMs);
    });
  }

  #guestOf(given: SqliteConnection): QueueConnection {
    let guest = this.#guests.get(given);
    if (guest === undefined) {
      guest = new QueueConnection(asDriver(given), this.#tables, this.#settings.durability);
      guest.checkGuest();
      this.#guests.set(given, guest);
    }
    if (guest.driver.inTransaction) return guest;
    throw new TypeError('enqueueIn expects a connection with an open transaction. Begin one first.');
  }

  #tell(records: readonly QuarantinedRecord[]): void {
    for (const record of records) this.notices.post({ kind: 'quarantined', record });
  }
}

/** Whether the same read may give something else the next time. */
function isMomentary(fault: SqliteFault): boolean {
  return fault === 'io' || fault === 'damaged';
}

function connect(driver: SqliteDriver, tables: QueueTables, durability: SqliteDurability): QueueConnection {
  try {
    return new QueueConnection(driver, tables, durability);
  } catch (error) {
    const fault = driver.faultOf(error);
    driver.close();
    if (fault === undefined) throw error;
    // The format is right, yet a statement does not fit the tables: their definition was altered.
    throw new OpeningFault(error, fault === 'other' ? 'damaged' : fault);
  }
}
