import { MemoryQueueStorage } from '../src/memory/memory-queue-storage.js';
import type { QueueStorage, StorageNotice } from '../src/ports/queue-storage.js';

/** One queue in memory that several instances open, as tabs and processes do. */
export class SharedMemory {
  readonly real = new MemoryQueueStorage();
  readonly #listeners = new Set<(notice: StorageNotice) => void>();
  /** How often outcomes were read, by whichever instance. */
  readings = 0;
  /** What the next reading of outcomes fails with. */
  failure: Error | undefined;

  /** Tells every instance that something may have changed. */
  hint(): void {
    for (const next of [...this.#listeners]) next({ kind: 'changed' });
  }

  /** The storage as one instance has it. Closing it closes it for this one alone. */
  instance(): QueueStorage {
    return new Proxy<QueueStorage>(this.real, {
      get: (real, name: keyof QueueStorage) => {
        if (name === 'supports') return { ...real.supports, sharing: true };
        if (name === 'notices')
          return { subscribe: (next: (notice: StorageNotice) => void) => this.#subscribe(next) };
        if (name === 'close') return () => Promise.resolve();
        const method = Reflect.get(real, name) as (...args: unknown[]) => unknown;
        if (name !== 'outcomes') return method.bind(real);
        return (...args: unknown[]) => {
          this.readings++;
          return this.failure === undefined ? method.apply(real, args) : Promise.reject(this.failure);
        };
      },
    });
  }

  #subscribe(next: (notice: StorageNotice) => void): { unsubscribe: () => void } {
    this.#listeners.add(next);
    return { unsubscribe: () => void this.#listeners.delete(next) };
  }
}
