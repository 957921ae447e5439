import { MemoryQueueStorage } from '../src/memory/memory-queue-storage.js';
import type { QueueStorage, StorageNotice } from '../src/ports/queue-storage.js';

type Method = Exclude<
  {
    [Key in keyof QueueStorage]: QueueStorage[Key] extends (...args: never[]) => unknown ? Key : never;
  }[keyof QueueStorage],
  undefined
>;

interface Hang {
  readonly when: 'before' | 'after';
  readonly released: Promise<void>;
}

/** Makes a storage fail or hang where a test says so, and counts its calls. */
export class StorageFaults {
  /** Calls by method, those that failed included. */
  readonly calls = new Map<string, number>();
  readonly #failures = new Map<string, { left: number; readonly error: Error }>();
  readonly #hangs = new Map<string, Hang>();

  /** The next calls of a method reject, and change nothing. */
  fail(method: Method, times = 1, error = new Error('disk on fire')): void {
    this.#failures.set(method, { left: times, error });
  }

  /**
   * Calls of a method do not return until the returned function is called: they wait before they do their work, or
   * with the answer in hand, as in a process that was stopped.
   */
  hang(method: Method, when: Hang['when'] = 'before'): () => void {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.#hangs.set(method, { when, released });
    return () => {
      this.#hangs.delete(method);
      release();
    };
  }

  count(method: Method): number {
    return this.calls.get(method) ?? 0;
  }

  async run(method: string, call: () => Promise<unknown>): Promise<unknown> {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    const failure = this.#failures.get(method);
    if (failure !== undefined && failure.left-- > 0) throw failure.error;
    const hang = this.#hangs.get(method);
    if (hang?.when === 'before') await hang.released;
    const result = await call();
    if (hang?.when === 'after') await hang.released;
    return result;
  }
}

/** A storage in memory that obeys `faults`; with `inner`, another handle on the same queue. */
export function faultyStorage(
  faults: StorageFaults,
  inner: QueueStorage = new MemoryQueueStorage(),
): QueueStorage {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        faults.run(String(name), () => Reflect.apply(value, target, args) as Promise<unknown>);
    },
  });
}

/** Tells the queue that another process changed something. */
export function notify(storage: QueueStorage, notice: StorageNotice): void {
  (storage.notices as unknown as { next(value: StorageNotice): void }).next(notice);
}
