import {
  type Claim,
  type ClaimRequest,
  type DiscardOptions,
  type EnqueueResult,
  type EnqueueRules,
  type ListQuery,
  type NewOperation,
  type NextDueRequest,
  type OperationState,
  type OutcomePage,
  type OutcomeQuery,
  type OutcomeRecord,
  type Page,
  type QuarantinedRecord,
  type QueueStorage,
  type RereadResult,
  type Settlement,
  type SettleResult,
  type SignedIn,
  type SignInResult,
  type SignInRules,
  type StorageNotice,
  type StorageStats,
  type StorageSupports,
  type StoredOperation,
  type Subscribable,
  isSyncError,
  SyncError,
} from '@cpc/sync-core';
import type { MemoryQueue, OutcomeLog } from '@cpc/sync-core/storage-kit';
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
export class JsonLogQueueStorage implements QueueStorage {
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

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    return this.#step((queue) => queue.enqueue(batches, rules));
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#step((queue) => queue.claim(request));
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#step((queue) => queue.renew(token, ids, leaseUntil, leaseMs));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.#step((queue) => queue.settle(token, settlements));
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#step((queue) => queue.nextDue(request));
  }

  signIn(principal: string | undefined, rules?: SignInRules): Promise<SignInResult> {
    return this.#step((queue) => queue.signIn(principal, rules));
  }

  signedIn(): Promise<SignedIn> {
    return this.#step(({ principal }) => ({ principal }));
  }

  clampTimes(now: number, aheadMs?: number): Promise<void> {
    return this.#step((queue) => queue.clampTimes(now, aheadMs));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#step((queue) => queue.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#step((queue) => queue.blockersOf(id));
  }

  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]> {
    return this.#step((queue) => queue.followersOf(id, limit));
  }

  outcomes(query?: OutcomeQuery): Promise<OutcomePage> {
    return this.#step((_queue, outcomes) => outcomes.page(query));
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#step((_queue, outcomes) => outcomes.latestOf(id));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.#step((queue) => queue.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.#step((queue) => queue.stats());
  }

  requeue(
    ids: readonly string[],
    _now: number,
    states?: readonly OperationState[],
  ): Promise<readonly string[]> {
    return this.#step((queue) => queue.requeue(ids, states));
  }

  discard(ids: readonly string[], options?: DiscardOptions): Promise<readonly StoredOperation[]> {
    return this.#step((queue) => queue.discard(ids, options));
  }

  replace(id: string, operation: NewOperation, at?: number): Promise<boolean> {
    return this.#step((queue) => queue.replace(id, operation, at));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#step((queue) => queue.restore(operations));
  }

  quarantined(): Promise<Page<QuarantinedRecord>> {
    return this.#step(() => ({ items: [] }));
  }

  rereadQuarantined(): Promise<RereadResult> {
    return this.#step(() => ({ restored: [], left: 0 }));
  }

  // #region step
  /** Runs a step in memory, then writes down what it changed. Where that fails, the step has not happened. */
  #step<T>(run: (queue: MemoryQueue, outcomes: OutcomeLog) => T): Promise<T> {
    return this.#inTurn(async () => {
      const image = this.#image;
      if (image === undefined)
        throw new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.');
      const result = run(image.queue, image.outcomes);
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
