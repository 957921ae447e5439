import type { KeyedWork, WorkResult } from '../ports/effect-store.js';
import type { HeldLanes } from './held-lanes.js';

/** Works that were given to a store at once, or as many of them as fit into a transaction. */
export interface Call<Tx> {
  readonly works: readonly KeyedWork<Tx>[];
  /** The lanes that works before them hold; what becomes of these is noted in it. */
  readonly held: HeldLanes;
}

interface Waiting<Tx> {
  readonly call: Call<Tx>;
  readonly settle: (results: Promise<readonly WorkResult[]>) => void;
}

/** Runs calls in one transaction. One promise for each, in order; some may be kept before others. */
export type RunTogether<Tx> = (
  calls: readonly Call<Tx>[],
) => Promise<readonly Promise<readonly WorkResult[]>[]>;

/**
 * Gives each call a transaction of its own while there are few, and shares one between those that had to wait: so a
 * call alone waits for nobody, and under load the database commits, and is asked, less often than there are calls.
 */
export class CallQueue<Tx> {
  readonly #maxTransactions: number;
  readonly #maxWorks: number;
  readonly #runTogether: RunTogether<Tx>;
  readonly #waiting: Waiting<Tx>[] = [];
  #running = 0;

  constructor(bounds: { maxTransactions: number; maxWorks: number }, runTogether: RunTogether<Tx>) {
    this.#maxTransactions = bounds.maxTransactions;
    this.#maxWorks = bounds.maxWorks;
    this.#runTogether = runTogether;
  }

  run(call: Call<Tx>): Promise<readonly WorkResult[]> {
    return new Promise((resolve) => {
      this.#waiting.push({ call, settle: resolve });
      if (this.#running < this.#maxTransactions) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#running++;
    while (this.#waiting.length > 0) {
      const group = this.#take();
      try {
        const results = await this.#runTogether(group.map(({ call }) => call));
        group.forEach(({ settle }, index) =>
          settle(results[index] ?? Promise.reject(new TypeError('A call was given no results'))),
        );
        // Until those are done that had to go on alone.
        await Promise.allSettled(results);
      } catch (error) {
        for (const { settle } of group) settle(Promise.reject(error));
      }
    }
    this.#running--;
  }

  /** As many as fit, but at least one. */
  #take(): readonly Waiting<Tx>[] {
    let works = 0;
    const end = this.#waiting.findIndex(
      ({ call }, index) => (works += call.works.length) > this.#maxWorks && index > 0,
    );
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }
}
