import { type Claim, MemoryQueueStorage, type QueueStorage, type StorageNotice } from '@cpc/sync-core';

/** One queue in memory that several tabs open, each of which hears when another changed it. */
export class SharedQueue {
  readonly #real = new MemoryQueueStorage();
  readonly #tabs = new Set<(notice: StorageNotice) => void>();

  /** The storage as one tab has it. Closing it closes it for this one alone. */
  tab(): QueueStorage {
    const listeners = new Set<(notice: StorageNotice) => void>();
    const hear = (notice: StorageNotice): void => listeners.forEach((next) => next(notice));
    this.#tabs.add(hear);
    const real: QueueStorage = this.#real;
    return new Proxy(real, {
      get: (_, name: keyof QueueStorage) => {
        if (name === 'supports') return { ...real.supports, sharing: true };
        if (name === 'notices') return subscribable(listeners);
        if (name === 'close') return () => Promise.resolve();
        const method = Reflect.get(real, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          const result: unknown = await method.apply(real, args);
          // A claim that got nothing is no news, or two tabs would wake each other for ever.
          const isEmpty = name === 'claim' && (result as Claim).operations.length === 0;
          if (CHANGES.has(name) && !isEmpty) this.#tell(hear);
          return result;
        };
      },
    });
  }

  #tell(except: (notice: StorageNotice) => void): void {
    for (const hear of this.#tabs) if (hear !== except) hear({ kind: 'changed' });
  }
}

const CHANGES: ReadonlySet<keyof QueueStorage> = new Set([
  'enqueue',
  'claim',
  'settle',
  'requeue',
  'discard',
]);

function subscribable(listeners: Set<(notice: StorageNotice) => void>): QueueStorage['notices'] {
  return {
    subscribe(next) {
      listeners.add(next);
      return { unsubscribe: () => void listeners.delete(next) };
    },
  };
}
