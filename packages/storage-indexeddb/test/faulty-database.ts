import type { HeldWrites, QueueStorageFaults } from '@cpc/testing';
import { openDB, unwrap } from 'idb';
import { DEFAULT_STORE_NAME } from '../src/format/store-layout.js';

type MakeTransaction = (
  this: IDBDatabase,
  ...given: Parameters<IDBDatabase['transaction']>
) => IDBTransaction;

/** What became of a transaction, as the storage is made to see it. */
type CommitFault = 'fails' | 'is torn';

/**
 * Faults between the storage and IndexedDB, in fake-indexeddb and in a browser alike: whoever begins a transaction on
 * the database of this name gets a real one, which ends as the test says.
 */
export class FaultyDatabase {
  readonly #name: string;
  readonly #real = Reflect.get(IDBDatabase.prototype, 'transaction') as MakeTransaction;
  readonly #handles = new Set<IDBDatabase>();
  #nextCommit: CommitFault | undefined = undefined;
  /** How many bytes still fit; no limit where there is none. */
  #room: number | undefined = undefined;
  #onWrite: (() => void) | undefined = undefined;

  readonly faults: QueueStorageFaults = {
    failNextWrite: () => {
      this.#nextCommit = 'fails';
    },
    tearNextWrite: () => {
      this.#nextCommit = 'is torn';
    },
    fillDisk: () => {
      this.#room = 0;
      return () => {
        this.#room = undefined;
      };
    },
    holdWrites: () => this.#holdWrites(),
    loseHandle: () => {
      for (const handle of this.#handles) handle.close();
      this.#handles.clear();
    },
  };

  constructor(name: string) {
    this.#name = name;
    const begin = (db: IDBDatabase, given: Parameters<MakeTransaction>): IDBTransaction => {
      const transaction = this.#real.apply(db, given);
      return db.name === this.#name ? this.#meet(db, transaction) : transaction;
    };
    IDBDatabase.prototype.transaction = function (...given) {
      return begin(this, given);
    };
  }

  /** Lets every database be as it was. */
  remove(): void {
    IDBDatabase.prototype.transaction = this.#real;
  }

  #meet(db: IDBDatabase, transaction: IDBTransaction): IDBTransaction {
    this.#handles.add(db);
    if (transaction.mode !== 'readwrite') return transaction;
    this.#onWrite?.();
    const fault = this.#nextCommit;
    this.#nextCommit = undefined;
    if (fault === 'fails') atCommit(transaction, () => abortWith(transaction, 'UnknownError'));
    if (fault === 'is torn') loseAnswer(transaction);
    if (this.#room !== undefined) this.#limit(transaction, this.#room);
    return transaction;
  }

  /** As browsers do it: what is put is counted when the transaction commits, and what is deleted frees room after it. */
  #limit(transaction: IDBTransaction, room: number): void {
    let needed = 0;
    let freed = 0;
    const store = transaction.objectStore(DEFAULT_STORE_NAME);
    const put = store.put.bind(store);
    const remove = store.delete.bind(store);
    store.put = (value, key) => {
      needed += sizeOf(value);
      return put(value, key);
    };
    store.delete = (key) => {
      const before = store.get(key);
      before.onsuccess = () => {
        if (ArrayBuffer.isView(before.result)) freed += before.result.byteLength;
      };
      return remove(key);
    };
    transaction.objectStore = () => store;
    atCommit(transaction, (commit) => {
      if (needed > room) abortWith(transaction, 'QuotaExceededError');
      else commit();
    });
    transaction.addEventListener('complete', () => {
      if (this.#room !== undefined) this.#room += freed - needed;
    });
  }

  /** Another tab is in the middle of a transaction, and the storage's own wait behind it. */
  async #holdWrites(): Promise<HeldWrites> {
    const other = await openDB(this.#name);
    const blocking = this.#real.call(unwrap(other), DEFAULT_STORE_NAME, 'readwrite');
    const ended = new Promise<void>((resolve) => blocking.addEventListener('complete', () => resolve()));
    let isHeld = true;
    const store = blocking.objectStore(DEFAULT_STORE_NAME);
    const keepOn = (): void => {
      if (isHeld) store.count(0).onsuccess = keepOn;
    };
    keepOn();
    const reached = new Promise<void>((resolve) => (this.#onWrite = resolve));
    const release = async (): Promise<void> => {
      this.#onWrite = undefined;
      isHeld = false;
      await ended;
      other.close();
    };
    return { reached, release };
  }
}

function atCommit(transaction: IDBTransaction, end: (commit: () => void) => void): void {
  const commit = transaction.commit.bind(transaction);
  transaction.commit = () => end(commit);
}

function abortWith(transaction: IDBTransaction, name: string): void {
  setError(transaction, name);
  transaction.abort();
}

/** The transaction is complete, and whoever began it hears that it failed. */
function loseAnswer(transaction: IDBTransaction): void {
  Object.defineProperty(transaction, 'oncomplete', { get: () => null, set: () => undefined });
  transaction.addEventListener('complete', (event) => {
    setError(transaction, 'UnknownError');
    transaction.onabort?.(event);
  });
}

function setError(transaction: IDBTransaction, name: string): void {
  const value = new DOMException('It failed, as the test says.', name);
  Object.defineProperty(transaction, 'error', { value });
}

function sizeOf(value: unknown): number {
  return ArrayBuffer.isView(value) ? value.byteLength : JSON.stringify(value).length;
}
