import type { Clock, TimerHandle } from '@cpc/sync-core';
import { type IDBPDatabase, openDB, unwrap } from 'idb';
import { FORMAT } from '../format/store-layout.js';
import { migrate } from '../format/migrations.js';
import type { Connection, LostListener } from './connection.js';
import { busy, toStorageError } from './to-storage-error.js';

export interface OwnDatabaseOptions {
  readonly name: string;
  readonly storeName: string;
  readonly openTimeoutMs: number;
  readonly clock: Clock;
  readonly onLost: LostListener;
}

/**
 * A database that holds a queue and nothing else, opened when it is needed. It makes way for whoever wants to
 * delete or upgrade it, and it is opened again after that, and after the browser closed it.
 */
export class OwnDatabase implements Connection {
  readonly storeName: string;
  readonly #options: OwnDatabaseOptions;
  #opening: Promise<IDBPDatabase> | undefined = undefined;

  constructor(options: OwnDatabaseOptions) {
    this.#options = options;
    this.storeName = options.storeName;
  }

  async database(): Promise<IDBDatabase> {
    this.#opening ??= this.#open();
    const opening = this.#opening;
    try {
      return unwrap(await opening);
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw toStorageError(error);
    }
  }

  forget(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.then(closeHandle, ignoreFailure);
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await opening?.then(closeHandle, ignoreFailure);
  }

  async #open(): Promise<IDBPDatabase> {
    const { name, storeName, clock, openTimeoutMs, onLost } = this.#options;
    let timer: TimerHandle | undefined;
    const opening = openDB(name, FORMAT, {
      upgrade: (db, oldVersion, _newVersion, transaction) =>
        migrate(unwrap(db), unwrap(transaction), storeName, oldVersion),
      blocking: (_current, _wanted, event) => {
        (event.target as IDBDatabase).close();
        this.#opening = undefined;
        onLost({
          code: 'STORAGE_CLOSED',
          message: 'Another tab deletes or upgrades the database; this one made way.',
        });
      },
      terminated: () => {
        this.#opening = undefined;
        onLost({
          code: 'STORAGE_CLOSED',
          message: 'The browser closed the database. It is opened again when it is needed.',
        });
      },
    });
    const late = new Promise<never>((_resolve, reject) => {
      timer = clock.setTimer(() => {
        opening.then(closeHandle, ignoreFailure);
        reject(
          busy(
            `The database ${name} could not be opened within ${openTimeoutMs} ms: another tab holds it. ` +
              'Close other tabs of this app, or try again.',
          ),
        );
      }, openTimeoutMs);
    });
    try {
      return await Promise.race([opening, late]);
    } finally {
      if (timer !== undefined) clock.clearTimer(timer);
    }
  }
}

function closeHandle(db: IDBPDatabase): void {
  db.close();
}

/** Whoever asked for the handle has heard of the failure. */
function ignoreFailure(): void {
  return undefined;
}
