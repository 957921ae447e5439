import type { DeviceId } from './devices.js';

/** One request with operations, as the network saw it. */
export interface Exchange {
  readonly number: number;
  readonly device: DeviceId;
  /** How many operations it carried. */
  readonly operations: number;
  /** The idempotency key of the first of them. */
  readonly key: string;
  readonly outcome: 'under way' | 'answered' | 'answer lost' | 'no answer';
  /** The answer's status, where one came. */
  readonly status?: number;
}

const KEPT = 6;

/** The latest requests of all devices. */
export class ExchangeLog {
  readonly #onChange: () => void;
  #latest: readonly Exchange[] = [];
  #count = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Newest first. */
  get latest(): readonly Exchange[] {
    return this.#latest;
  }

  get count(): number {
    return this.#count;
  }

  /** @returns the way to say what became of it */
  begin(
    exchange: Pick<Exchange, 'device' | 'operations' | 'key'>,
  ): (end: Pick<Exchange, 'outcome' | 'status'>) => void {
    const number = ++this.#count;
    this.#latest = [{ ...exchange, number, outcome: 'under way' as const }, ...this.#latest].slice(0, KEPT);
    this.#onChange();
    return (end) => {
      this.#latest = this.#latest.map((known) => (known.number === number ? { ...known, ...end } : known));
      this.#onChange();
    };
  }
}
