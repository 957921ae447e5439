import type { RecordView } from './record-view.js';

export interface ListViewOptions<Value> {
  readonly where: ((record: RecordView<Value>) => boolean) | undefined;
  readonly order: (a: RecordView<Value>, b: RecordView<Value>) => number;
  readonly limit: number;
}

/** Above this share of what a list holds, it is quicker sorted anew than changed one by one. */
const REBUILD_ABOVE = 0.1;

/** A collection's records in order, kept so as some of them change. */
export class ListView<Value> {
  readonly #options: ListViewOptions<Value>;
  #sorted: RecordView<Value>[] = [];
  readonly #shown = new Map<string, RecordView<Value>>();

  constructor(options: ListViewOptions<Value>) {
    this.#options = options;
  }

  /** The first of them, in order. A new array each time. */
  get records(): readonly RecordView<Value>[] {
    return this.#sorted.slice(0, this.#options.limit);
  }

  /** Begins anew with all records of the collection. */
  fill(records: Iterable<RecordView<Value>>): void {
    this.#shown.clear();
    this.#sorted = [...records].filter((record) => this.#matches(record));
    for (const record of this.#sorted) this.#shown.set(record.entity, record);
    this.#sorted.sort((a, b) => this.#compare(a, b));
  }

  /** @param changed - by entity; `undefined` for what is gone */
  change(changed: ReadonlyMap<string, RecordView<Value> | undefined>): void {
    if (changed.size > Math.max(16, this.#sorted.length * REBUILD_ABOVE)) {
      const all = new Map<string, RecordView<Value> | undefined>(this.#shown);
      for (const [entity, record] of changed) all.set(entity, record);
      this.fill([...all.values()].filter((record) => record !== undefined));
      return;
    }
    for (const [entity, record] of changed) this.#replace(entity, record);
  }

  #replace(entity: string, record: RecordView<Value> | undefined): void {
    const before = this.#shown.get(entity);
    if (before !== undefined) {
      this.#shown.delete(entity);
      this.#sorted.splice(this.#placeOf(before), 1);
    }
    if (record === undefined || !this.#matches(record)) return;
    this.#shown.set(entity, record);
    this.#sorted.splice(this.#placeOf(record), 0, record);
  }

  /** Where the record stands, or would stand. */
  #placeOf(record: RecordView<Value>): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.#sorted[middle] as RecordView<Value>, record) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #matches(record: RecordView<Value>): boolean {
    return this.#options.where?.(record) ?? true;
  }

  /** What the app's order leaves open is decided by the entity, so that each record has one place. */
  #compare(a: RecordView<Value>, b: RecordView<Value>): number {
    return this.#options.order(a, b) || (a.entity < b.entity ? -1 : Number(a.entity > b.entity));
  }
}
