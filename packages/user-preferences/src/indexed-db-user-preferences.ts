import type { EnqueueResult } from '@cpc/sync-core';
import type { EnqueueIn } from '@cpc/sync-core/transactional';
import { OfflineCopy, type OfflineCopyOptions, type PreferencesTable } from './offline-copy.js';
import type { KnownPreferences } from './user-preferences.js';

const STORE = 'cpc-user-preferences';

export interface IndexedDbUserPreferencesOptions extends OfflineCopyOptions {
  /**
   * Gives the app's open database, with the store that {@link createPreferencesStore} makes and with the queue's:
   * the same that the storage's `connect` gives. Asked at each call.
   */
  readonly database: () => IDBDatabase | Promise<IDBDatabase>;
  /** The queue's object store, as given to its storage. @defaultValue "cpc-sync-queue" */
  readonly queueStoreName?: string;
}

/** Makes the store of the preferences. Call it in the app's `upgradeneeded`, whenever the store is not there yet. */
export function createPreferencesStore(database: IDBDatabase): void {
  if (!database.objectStoreNames.contains(STORE)) database.createObjectStore(STORE);
}

/** Preferences on IndexedDB, in the object store `cpc-user-preferences`. */
export class IndexedDbUserPreferences extends OfflineCopy<IDBTransaction, Promise<EnqueueResult>> {
  /** @throws TypeError where the queue's storage cannot join a transaction */
  constructor(options: IndexedDbUserPreferencesOptions) {
    super(new IndexedDbTable(options), options);
  }
}

class IndexedDbTable implements PreferencesTable<IDBTransaction, Promise<EnqueueResult>> {
  readonly #database: () => IDBDatabase | Promise<IDBDatabase>;
  readonly #queueStoreName: string;

  constructor({ database, queueStoreName = 'cpc-sync-queue' }: IndexedDbUserPreferencesOptions) {
    this.#database = database;
    this.#queueStoreName = queueStoreName;
  }

  async read(user: string): Promise<KnownPreferences | undefined> {
    const transaction = (await this.#database()).transaction(STORE);
    return readFrom(transaction, user);
  }

  async keep(user: string, value: KnownPreferences): Promise<void> {
    const transaction = (await this.#database()).transaction(STORE, 'readwrite');
    const done = completion(transaction);
    transaction.objectStore(STORE).put(value, user);
    await done;
  }

  async change(
    user: string,
    next: (value: KnownPreferences | undefined) => KnownPreferences,
    enqueueIn: EnqueueIn<IDBTransaction, Promise<EnqueueResult>>,
  ): Promise<void> {
    const database = await this.#database();
    const transaction = database.transaction([STORE, this.#queueStoreName], 'readwrite', {
      durability: 'strict',
    });
    const done = completion(transaction);
    try {
      const value = await readFrom(transaction, user);
      transaction.objectStore(STORE).put(next(value), user);
      await enqueueIn(transaction);
    } catch (error) {
      abort(transaction);
      await done.catch(() => undefined);
      throw error;
    }
    await done;
  }
}

function readFrom(transaction: IDBTransaction, user: string): Promise<KnownPreferences | undefined> {
  return new Promise((resolve, reject) => {
    const request = transaction.objectStore(STORE).get(user);
    request.onsuccess = () => resolve(request.result as KnownPreferences | undefined);
    request.onerror = () => reject(request.error ?? new Error('the request failed'));
  });
}

/** A request's success is no commit: a transaction can still fail, over quota for example. */
function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
  });
}

/** Undoes a transaction, unless it has ended by itself. */
function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended with the error that is about to be thrown.
  }
}
