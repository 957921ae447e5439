import {
  isSyncError,
  type StorageNotice,
  type StorageSupports,
  type Subscribable,
  SyncError,
} from '@cpc/sync-core';
import { type MemoryQueue, SteppedQueueStorage, type StepMode } from '@cpc/sync-core/storage-kit';
import { LogFile, type OpenFile } from './log-file.js';
import { QueueImage } from './queue-image.js';

export interface JsonLogStorageOptions {
  /** Path of the file. One process at a time may open it. */
  readonly file: string;
  /** A test hands in one whose files fail. @defaultValue `open` of `node:fs/promises` */
  readonly openFile?: OpenFile;
}

/** Nobody else writes to the file, so there is never anything to tell. */
const SILENT: Subscribable<StorageNotice> = { subscribe: () => ({ unsubscribe: () => undefined }) };

/**
 * A queue in one file of JSON lines, for a single process. Each step of the port runs in memory, by the rules of the
 * storage kit; what it changed is appended as one line and synced before the step's promise resolves.
 */
export class JsonLogQueueStorage extends SteppedQueueStorage<MemoryQueue> {
  readonly supports: StorageSupports = {
    durable: true,
    concurrentClaims: true,
    sharing: false,
    quarantine: false,
  };
  readonly notices = SILENT;
  readonly #log: LogFile;
  #image: QueueImage | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ file, openFile }: JsonLogStorageOptions) {
    super();
    if (typeof file !== 'string' || file === '') {
      throw new TypeError(`file must be the path of a file, got ${JSON.stringify(file)}`);
    }
    this.#log = new LogFile(file, openFile);
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#image === undefined) await this.#load();
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#image = undefined;
      await this.#log.close();
    });
  }

  // #region step
  /** Runs a step in memory, then writes down what it changed. Where that fails, the step has not happened. */
  protected run<T>(_mode: StepMode, step: (queue: MemoryQueue) => T): Promise<T> {
    return this.#inTurn(async () => {
      const image = this.#image;
      if (image === undefined)
        throw new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.');
      const result = step(image.queue);
      const line = image.takeChanges();
      if (line === undefined) return result;
      try {
        await this.#log.append(line);
      } catch (cause) {
        await this.#takeBack();
        throw toStorageError(cause);
      }
      return result;
    });
  }
  // #endregion

  /** Memory is ahead of the file: begins again from the file. If that fails too, the storage is closed. */
  async #takeBack(): Promise<void> {
    this.#image = undefined;
    await this.#log.close();
    await this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.#image = new QueueImage(await this.#log.open());
    } catch (cause) {
      throw toStorageError(cause);
    }
  }

  /** One step at a time; a failed one does not hold up the next. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function toStorageError(cause: unknown): SyncError {
  if (isSyncError(cause)) return cause;
  const full = (cause as { code?: unknown }).code === 'ENOSPC';
  return full
    ? new SyncError('STORAGE_FULL', 'The disk is full. Nothing was changed; make room and try again.', {
        cause,
      })
    : new SyncError('STORAGE_FAILED', 'The queue’s file could not be read or written. Nothing was changed.', {
        cause,
      });
}
