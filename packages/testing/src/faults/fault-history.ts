import type { Fault } from './fault.js';

/** One request, as a test sees it afterwards. */
export interface FaultRecord {
  /** When it was sent, in monotonic milliseconds of the clock. */
  readonly at: number;
  /** What it met. */
  readonly fault: Fault['kind'];
  /** The operations that it carried, in order. */
  readonly operations: readonly CarriedOperation[];
}

/** An operation as a request carried it. */
export interface CarriedOperation {
  readonly id: string;
  /** All that the request said about it, as text. Equal for two requests exactly if a server cannot tell them apart. */
  readonly bytes: string;
}

/** Every request so far, with its time: attempts, delays and repeats can be read from it. */
export class FaultHistory {
  readonly #records: FaultRecord[] = [];

  get records(): readonly FaultRecord[] {
    return this.#records;
  }

  /** What the requests met, in order; those that carried `id`, or all. */
  faults(id?: string): readonly Fault['kind'][] {
    return (id === undefined ? this.#records : this.attempts(id)).map(({ fault }) => fault);
  }

  /** The requests that carried an operation. */
  attempts(id: string): readonly FaultRecord[] {
    return this.#records.filter(({ operations }) => operations.some((operation) => operation.id === id));
  }

  /** The times between an operation's attempts, in milliseconds: one fewer than there were attempts. */
  delays(id: string): readonly number[] {
    const times = this.attempts(id).map(({ at }) => at);
    return times.slice(1).map((time, index) => time - (times[index] ?? time));
  }

  /** Each different form in which an operation was sent. One, as long as every repeat is the same request. */
  forms(id: string): readonly string[] {
    const all = this.attempts(id).flatMap(({ operations }) => operations);
    return [...new Set(all.filter((operation) => operation.id === id).map(({ bytes }) => bytes))];
  }

  /** Operations whose repeats were not byte for byte what was sent first: `expect(…).toEqual([])`. */
  changedRepeats(): readonly string[] {
    const first = new Map<string, string>();
    const changed = new Set<string>();
    for (const { id, bytes } of this.#records.flatMap(({ operations }) => operations)) {
      if ((first.get(id) ?? bytes) !== bytes) changed.add(id);
      first.set(id, first.get(id) ?? bytes);
    }
    return [...changed];
  }

  add(record: FaultRecord): void {
    this.#records.push(record);
  }
}
