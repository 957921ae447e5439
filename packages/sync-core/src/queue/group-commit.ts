import type { NewOperation } from '../operation/operation-record.js';
import type { EnqueueResult } from '../ports/queue-storage.js';

/** One caller's operations, and what it does with the answer. */
interface Waiting {
  readonly batch: readonly NewOperation[];
  readonly done: (result: EnqueueResult) => void;
  readonly failed: (error: unknown) => void;
}

type Write = (batches: readonly (readonly NewOperation[])[]) => Promise<readonly EnqueueResult[]>;

/** The most callers that share one step of the storage. */
const MAX_GROUP = 1000;

/**
 * Lets concurrent callers share one durable step, as databases do: the first caller's write begins at the end of
 * the current microtask, and all who come while it is under way share the next one. A lone caller waits for
 * nobody. Callbacks instead of promises, since this is on every operation's way.
 */
export class GroupCommit {
  /** Resolves when all that was added is written, or failed; `undefined` while there is nothing to write. */
  written: Promise<void> | undefined;
  readonly #write: Write;
  #waiting: Waiting[] = [];

  constructor(write: Write) {
    this.#write = write;
  }

  add(
    batch: readonly NewOperation[],
    done: (result: EnqueueResult) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#waiting.push({ batch, done, failed });
    this.written ??= Promise.resolve().then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      try {
        const results = await this.#write(group.map(({ batch }) => batch));
        for (const [at, { done }] of group.entries()) done(results[at] as EnqueueResult);
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.written = undefined;
  }
}
