import type { MemoryQueue } from '@cpc/sync-core/storage-kit';
import { Records } from '../connection/records.js';
import { toStorageError } from '../connection/to-storage-error.js';
import type { QueueMirror } from '../mirror/queue-mirror.js';
import type { Reserve } from './reserve.js';

export interface GuestOptions {
  readonly transaction: IDBTransaction;
  readonly storeName: string;
  readonly mirror: QueueMirror;
  readonly reserve: Reserve;
  readonly onCommit: () => void;
}

/**
 * Runs a step inside a transaction of the app. While that transaction lives, no other can read or write the
 * store, so the mirror may run ahead of the commit; if there is none, it is forgotten.
 */
export async function enqueueWithin<T>(
  { transaction, storeName, mirror, reserve, onCommit }: GuestOptions,
  step: (queue: MemoryQueue) => T,
): Promise<T> {
  if (!transaction.objectStoreNames.contains(storeName) || transaction.mode !== 'readwrite') {
    throw new TypeError(
      `the transaction must be "readwrite" and include the store "${storeName}", got "${transaction.mode}" on ` +
        JSON.stringify([...transaction.objectStoreNames]),
    );
  }
  if ('done' in transaction) {
    throw new TypeError(
      'the transaction must be the native one, got one that idb wraps: pass unwrap(transaction)',
    );
  }
  const records = new Records(transaction.objectStore(storeName));
  transaction.addEventListener('abort', () => mirror.invalidate());
  try {
    const queue = await mirror.refresh(records);
    await reserve.complete(records, mirror.readings);
    const result = step(queue);
    const wrote = await mirror.write(records);
    if (wrote) transaction.addEventListener('complete', onCommit);
    return result;
  } catch (error) {
    mirror.invalidate();
    throw toStorageError(error);
  }
}
