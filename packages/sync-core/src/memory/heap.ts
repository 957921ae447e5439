/** A binary min-heap on a number per item. Items are never removed from the middle: callers skip stale ones. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #keys: number[] = [];

  peek(): T | undefined {
    return this.#items[0];
  }

  /** The smallest key; `Infinity` when empty. */
  peekKey(): number {
    return this.#keys[0] ?? Infinity;
  }

  push(key: number, item: T): void {
    let at = this.#items.length;
    this.#items.push(item);
    this.#keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#key(parent) <= key) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#items[at] = item;
    this.#keys[at] = key;
  }

  pop(): T | undefined {
    const top = this.#items[0];
    const item = this.#items.pop();
    const key = this.#keys.pop();
    if (item !== undefined && key !== undefined && this.#items.length > 0) this.#sink(item, key);
    return top;
  }

  #sink(item: T, key: number): void {
    const size = this.#items.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#key(child + 1) < this.#key(child)) child++;
      if (this.#key(child) >= key) break;
      this.#move(child, at);
      at = child;
    }
    this.#items[at] = item;
    this.#keys[at] = key;
  }

  #key(at: number): number {
    return this.#keys[at] as number;
  }

  #move(from: number, to: number): void {
    this.#items[to] = this.#items[from] as T;
    this.#keys[to] = this.#key(from);
  }
}
