import { type Clock, SyncError } from '@cpc/sync-core';
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import type { StagedPages } from '../ports/replica-store.js';
import { toReplicaError } from './to-replica-error.js';

/** A channel as it is stored. */
export interface StoredChannel {
  readonly channel: string;
  readonly generation: number;
  /** The step in which its generation was shown. */
  readonly revision: number;
  readonly shown?: string;
  readonly staged?: StagedPages;
  readonly stagedGeneration?: number;
}

/** A record, or where it is `gone` a deletion that waits to be laid over what is shown. */
export interface StoredRecord {
  readonly version?: string;
  readonly value?: unknown;
  readonly gone?: true;
  readonly revision: number;
}

export interface StoredState {
  readonly revision: number;
  readonly generation: number;
  readonly lead?: { readonly owner: string; readonly until: number };
  /** Generations that are no longer shown, and are still there. */
  readonly garbage: readonly number[];
}

/**
 * Format 1. Records lie under the number of a generation: that of a channel which is shown, or of a load that is on its
 * way. A load is shown by giving the channel its generation, one record, however many there are.
 */
interface ReplicaSchema extends DBSchema {
  channels: { key: string; value: StoredChannel };
  records: { key: [generation: number, collection: string, entity: string]; value: StoredRecord };
  commits: { key: number; value: { readonly revision: number; readonly entities?: readonly string[] } };
  state: { key: 'state'; value: StoredState };
}

const FORMAT = 1;
const STORES = ['channels', 'records', 'commits', 'state'] as const;

export type ReplicaTransaction<Mode extends IDBTransactionMode> = IDBPTransaction<
  ReplicaSchema,
  typeof STORES,
  Mode
>;

export interface ReplicaDatabaseOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The database of a copy: opened when it is needed, and again after the browser or another tab closed it. */
export class ReplicaDatabase {
  readonly #options: ReplicaDatabaseOptions;
  #opening: Promise<IDBPDatabase<ReplicaSchema>> | undefined;

  constructor(options: ReplicaDatabaseOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#database();
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await opening?.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  /** Runs one transaction; resolves when it is complete. What fails has changed nothing. */
  async run<T, Mode extends 'readonly' | 'readwrite'>(
    mode: Mode,
    work: (transaction: ReplicaTransaction<Mode>) => Promise<T>,
  ): Promise<T> {
    const transaction = await this.#begin(mode);
    // Heard by whoever awaits below; not before.
    transaction.done.catch(() => undefined);
    try {
      const result = await work(transaction);
      await transaction.done;
      return result;
    } catch (error) {
      throw toReplicaError(transaction.error ?? error);
    }
  }

  async #begin<Mode extends 'readonly' | 'readwrite'>(mode: Mode): Promise<ReplicaTransaction<Mode>> {
    // A copy can be pulled again, so its commits need not wait for the disk one by one.
    const begin = (database: IDBPDatabase<ReplicaSchema>): ReplicaTransaction<Mode> =>
      database.transaction(STORES, mode, { durability: 'relaxed' });
    try {
      return begin(await this.#database());
    } catch (error) {
      // The handle was closed behind our back: one more, with a new one.
      if ((error as { readonly name?: unknown } | null)?.name !== 'InvalidStateError')
        throw toReplicaError(error);
      this.#opening = undefined;
      return begin(await this.#database());
    }
  }

  async #database(): Promise<IDBPDatabase<ReplicaSchema>> {
    this.#opening ??= this.#openInTime();
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw toReplicaError(error);
    }
  }

  #openInTime(): Promise<IDBPDatabase<ReplicaSchema>> {
    const { name, timeoutMs, clock } = this.#options;
    const opening = openDB<ReplicaSchema>(name, FORMAT, {
      upgrade: (database) => {
        database.createObjectStore('channels', { keyPath: 'channel' });
        database.createObjectStore('records');
        database.createObjectStore('commits', { keyPath: 'revision' });
        database.createObjectStore('state');
      },
      blocking: (_current, _wanted, event) => {
        (event.target as IDBDatabase).close();
        this.#opening = undefined;
      },
      terminated: () => {
        this.#opening = undefined;
      },
    });
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(() => {
        opening.then(
          (late) => late.close(),
          () => undefined,
        );
        const message = `The copy ${name} could not be opened within ${timeoutMs} ms: another tab holds it. Try again.`;
        reject(new SyncError('STORAGE_BUSY', message));
      }, timeoutMs);
      opening.then(resolve, reject).finally(() => clock.clearTimer(timer));
    });
  }
}
