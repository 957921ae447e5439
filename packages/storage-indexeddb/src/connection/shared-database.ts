import type { Connection } from './connection.js';

/** The app's own database, in which a queue has a store. The app opens, upgrades and closes it. */
export class SharedDatabase implements Connection {
  readonly storeName: string;
  readonly #connect: () => IDBDatabase | Promise<IDBDatabase>;

  constructor(storeName: string, connect: () => IDBDatabase | Promise<IDBDatabase>) {
    this.storeName = storeName;
    this.#connect = connect;
  }

  database(): Promise<IDBDatabase> {
    return Promise.resolve(this.#connect());
  }

  forget(): void {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
