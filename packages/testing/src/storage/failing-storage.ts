import type { QueueStorage, StorageNotice, StorageSupports, Subscribable } from '@cpc/sync-core';
import { InterposedStorage } from './interposed-storage.js';
import { StorageFaults } from './storage-faults.js';
import type { StorageMethod } from './storage-methods.js';

/**
 * A storage that passes everything on to another one, and fails where the test says so:
 *
 * ```ts
 * const storage = new FailingStorage(new MemoryQueueStorage());
 * storage.faults.failNext('enqueue', 'torn');
 * ```
 */
export class FailingStorage extends InterposedStorage {
  readonly faults = new StorageFaults();
  readonly notices: Subscribable<StorageNotice>;
  protected readonly real: QueueStorage;

  constructor(inner: QueueStorage) {
    super();
    this.real = inner;
    this.notices = {
      subscribe: (next) => {
        const own = this.faults.notices.subscribe(next);
        const inners = inner.notices.subscribe(next);
        return {
          unsubscribe() {
            own.unsubscribe();
            inners.unsubscribe();
          },
        };
      },
    };
  }

  get supports(): StorageSupports {
    return this.real.supports;
  }

  override async open(): Promise<void> {
    await super.open();
    this.faults.regainHandle();
  }

  protected around<T>(method: StorageMethod, effect: () => Promise<T>): Promise<T> {
    return this.faults.run(method, effect);
  }
}
