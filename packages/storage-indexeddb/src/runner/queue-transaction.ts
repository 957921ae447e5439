import type { Clock, TimerHandle } from '@cpc/sync-core';
import { busy } from '../connection/to-storage-error.js';

export interface QueueTransactionOptions {
  readonly clock: Clock;
  readonly durability: 'strict' | 'relaxed';
  readonly transactionTimeoutMs: number;
}

/** One transaction on the queue's store, with a bound on how long it may wait for others. */
export class QueueTransaction {
  readonly #transaction: IDBTransaction;
  readonly #storeName: string;
  readonly #options: QueueTransactionOptions;

  constructor(db: IDBDatabase, storeName: string, writes: boolean, options: QueueTransactionOptions) {
    const { durability } = options;
    this.#transaction = db.transaction(storeName, writes ? 'readwrite' : 'readonly', { durability });
    this.#storeName = storeName;
    this.#options = options;
  }

  /**
   * Runs the work and waits for `complete`: only then is anything durable. The work must wait for nothing but
   * this store, else the transaction commits without it.
   */
  async run<T>(work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    const { clock, transactionTimeoutMs } = this.#options;
    let timer: TimerHandle | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = clock.setTimer(() => {
        this.#abort();
        reject(
          busy(
            `The queue was not free within ${transactionTimeoutMs} ms: another tab, perhaps a frozen one, ` +
              'holds it. Close other tabs of this app, or try again.',
          ),
        );
      }, transactionTimeoutMs);
    });
    try {
      return await Promise.race([this.#complete(work), late]);
    } finally {
      if (timer !== undefined) clock.clearTimer(timer);
    }
  }

  async #complete<T>(work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    const transaction = this.#transaction;
    const completed = completionOf(transaction);
    try {
      const result = await work(transaction.objectStore(this.#storeName));
      // Saves the browser a round trip: nothing more will be asked. Absent in old browsers.
      (transaction as Partial<Pick<IDBTransaction, 'commit'>>).commit?.call(transaction);
      await completed;
      return result;
    } catch (error) {
      this.#abort();
      // The transaction knows the reason, `QuotaExceededError` for example; its requests only that it ended.
      throw await completed.then(
        () => error,
        (reason: unknown) => (isAbort(error) ? reason : error),
      );
    }
  }

  #abort(): void {
    try {
      this.#transaction.abort();
    } catch {
      // It has ended already, one way or the other.
    }
  }
}

function completionOf(transaction: IDBTransaction): Promise<void> {
  const completed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError'));
  });
  // Whoever waits for it hears of a failure; while nobody does yet, it is not unhandled.
  completed.catch(() => undefined);
  return completed;
}

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === 'AbortError';
}
