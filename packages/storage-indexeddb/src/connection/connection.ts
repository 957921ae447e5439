import type { SyncFailure } from '@cpc/sync-core';

/** Where a queue's database handle comes from. It is taken anew whenever the last one was lost. */
export interface Connection {
  readonly storeName: string;
  /** Opens the database, or gives the handle that is open. */
  database(): Promise<IDBDatabase>;
  /** The handle turned out to be useless: the next call of `database` opens another one. */
  forget(): void;
  close(): Promise<void>;
}

export type LostListener = (failure: SyncFailure) => void;
