import type { NewOperation } from '../operation/operation-record.js';
import type { EnqueueResult } from '../ports/queue-storage.js';

interface Waiting {
  readonly batch: readonly NewOperation[];
  readonly resolve: (result: EnqueueResult) => void;
  readonly reject: (error: unknown) => void;
}

/** The most operations that share one step of the storage. */
const MAX_GROUP = 1000;

/**
 * Lets concurrent callers share one durable step, as databases do: the first caller's write begins at the end of
 * the current microtask, and all who come while it is under way share the next one. A lone caller waits for
 * nobody.
 */
export class GroupCommit {
  readonly #write: (batches: readonly (readonly NewOperation[])[]) => Promise<readonly EnqueueResult[]>;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(write: (batches: readonly (readonly NewOperation[])[]) => Promise<readonly EnqueueResult[]>) {
    this.#write = write;
  }

  add(batch: readonly NewOperation[]): Promise<EnqueueResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (this.#isWriting) return;
      this.#isWriting = true;
      queueMicrotask(() => void this.#writeAll());
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      try {
        const results = await this.#write(group.map(({ batch }) => batch));
        for (const [at, { resolve }] of group.entries()) resolve(results[at] as EnqueueResult);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isWriting = false;
  }
}
