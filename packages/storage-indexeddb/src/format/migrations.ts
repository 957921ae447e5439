/** One step from a format to the next. It runs inside the upgrade, so that it happens whole or not at all. */
type Migration = (db: IDBDatabase, transaction: IDBTransaction, storeName: string) => void;

/** The n-th entry leads from format n to format n + 1; 0 is a database that does not exist yet. */
const MIGRATIONS: readonly Migration[] = [createQueueStore, () => undefined, () => undefined];

/** Brings a database of an older format up to date, step by step. */
export function migrate(db: IDBDatabase, transaction: IDBTransaction, storeName: string, from: number): void {
  for (const step of MIGRATIONS.slice(from)) step(db, transaction, storeName);
}

function createQueueStore(db: IDBDatabase, _transaction: IDBTransaction, storeName: string): void {
  db.createObjectStore(storeName);
}
