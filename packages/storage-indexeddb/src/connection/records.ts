/**
 * The object store of a queue within one transaction. Reads are promises; writes are not, since a write that
 * fails aborts its transaction, and that is where failures are heard.
 */
export class Records {
  readonly #store: IDBObjectStore;

  constructor(store: IDBObjectStore) {
    this.#store = store;
  }

  get(key: IDBValidKey): Promise<unknown> {
    return settled(this.#store.get(key));
  }

  /** Values and their keys in order of the keys, at most `count`. */
  async page(range: IDBKeyRange, count: number): Promise<readonly (readonly [IDBValidKey, unknown])[]> {
    const [keys, values] = await Promise.all([
      settled(this.#store.getAllKeys(range, count)),
      settled<unknown[]>(this.#store.getAll(range, count)),
    ]);
    return keys.map((key, at) => [key, values[at]]);
  }

  /** The keys in a range, in order. */
  keys(range: IDBKeyRange): Promise<readonly IDBValidKey[]> {
    return settled(this.#store.getAllKeys(range));
  }

  async lastKey(range: IDBKeyRange): Promise<IDBValidKey | undefined> {
    return (await settled(this.#store.openKeyCursor(range, 'prev')))?.key;
  }

  put(key: IDBValidKey, value: unknown): void {
    this.#store.put(value, key);
  }

  deleteAll(range: IDBKeyRange): void {
    this.#store.delete(range);
  }

  delete(key: IDBValidKey): void {
    this.#store.delete(key);
  }

  /**
   * Waits for work outside of IndexedDB without losing the transaction, which would commit by itself as soon as
   * it has nothing to do: until the work is done, it reads.
   */
  async keepAliveDuring<T>(work: Promise<T>): Promise<T> {
    const outcome: { done: boolean } = { done: false };
    const finish = (): void => {
      outcome.done = true;
    };
    work.then(finish, finish);
    while (!outcome.done) await settled(this.#store.count(0));
    return work;
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('The request failed.', 'UnknownError'));
  });
}
