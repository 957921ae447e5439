import { DEFAULT_STORE_NAME } from './format/store-layout.js';
import { migrate } from './format/migrations.js';
import { checkName } from './options.js';

/**
 * Makes the queue's store in the app's own database. Call it in the app's `upgradeneeded`, whenever the store is
 * not there yet.
 *
 * @param storeName - the `storeName` that the storage is given as well
 */
export function createQueueStore(transaction: IDBTransaction, storeName = DEFAULT_STORE_NAME): void {
  checkName('storeName', storeName);
  if (transaction.db.objectStoreNames.contains(storeName)) return;
  migrate(transaction.db, transaction, storeName, 0);
}
