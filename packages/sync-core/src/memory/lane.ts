import type { Entry } from './entry.js';

/** The operations of one lane, in sequence order. */
export class Lane {
  readonly name: string;
  readonly entity: string;
  head: Entry | undefined = undefined;
  tail: Entry | undefined = undefined;

  constructor(name: string, entity: string) {
    this.name = name;
    this.entity = entity;
  }

  /** Places the entry by its sequence: at the end, unless it comes from another lane. */
  insert(entry: Entry): void {
    let before = this.tail;
    while (before !== undefined && before.sequence > entry.sequence) before = before.previous;
    const after = before === undefined ? this.head : before.next;
    entry.lane = this;
    entry.previous = before;
    entry.next = after;
    if (before === undefined) this.head = entry;
    else before.next = entry;
    if (after === undefined) this.tail = entry;
    else after.previous = entry;
  }

  remove(entry: Entry): void {
    if (entry.previous === undefined) this.head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.lane = entry.previous = entry.next = undefined;
  }
}
