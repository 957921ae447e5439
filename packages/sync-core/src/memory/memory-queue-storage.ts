import { Subject } from 'rxjs';
import { SyncError } from '../errors/sync-error.js';
import type { StorageNotice, StorageSupports } from '../ports/queue-storage.js';
import type { Subscribable } from '../ports/subscribable.js';
import type { StepMode } from '../storage/queue-steps.js';
import { SteppedQueueStorage } from '../storage/stepped-queue-storage.js';
import { MemoryQueue } from './memory-queue.js';

/**
 * A queue that lives in this object alone, for tests, simulations and apps that need no memory. What it
 * promises is the port's contract, word for word, but for durability.
 */
export class MemoryQueueStorage extends SteppedQueueStorage<MemoryQueue> {
  readonly supports: StorageSupports = {
    durable: false,
    concurrentClaims: true,
    sharing: false,
    quarantine: false,
  };
  readonly notices: Subscribable<StorageNotice> = new Subject<StorageNotice>();
  readonly #queue = new MemoryQueue();
  #open = false;

  open(): Promise<void> {
    this.#open = true;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#open = false;
    return Promise.resolve();
  }

  /** Runs one step of the port: whole, at once, and only while the storage is open. */
  protected run<T>(_mode: StepMode, step: (queue: MemoryQueue) => T): Promise<T> {
    return new Promise((resolve) => {
      if (!this.#open) throw new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.');
      resolve(step(this.#queue));
      this.#queue.index.compact();
    });
  }
}
