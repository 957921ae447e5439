import {
  type Claim,
  type ClaimRequest,
  type EnqueueResult,
  type EnqueueRules,
  isSyncError,
  type NewOperation,
  type StorageNotice,
  type StorageSupports,
  type Subscribable,
} from '@cpc/sync-core';
import {
  type Brings,
  clampList,
  clampOperation,
  SteppedQueueStorage,
  type StepMode,
} from '@cpc/sync-core/storage-kit';
import { GroupCommit, type Job } from './connection/group-commit.js';
import { StorageSession } from './connection/storage-session.js';
import { Sweep } from './connection/sweep.js';
import type { SqliteConnection } from './drivers/as-driver.js';
import { enqueueBatch } from './engine/enqueue.js';
import type { QueueTransaction } from './engine/queue-transaction.js';
import { TransactionSteps } from './engine/transaction-steps.js';
import { settingsOf, type SqliteStorageOptions } from './options.js';

/**
 * A queue in an SQLite file, durable against power cuts, shared by any number of processes.
 *
 * Each method is one transaction; calls of `enqueue` that come together share one. While another process holds
 * the file's lock, a call waits without holding up the event loop.
 */
export class SqliteQueueStorage extends SteppedQueueStorage<TransactionSteps> {
  readonly supports: StorageSupports = {
    durable: true,
    concurrentClaims: true,
    sharing: true,
    quarantine: true,
  };
  readonly notices: Subscribable<StorageNotice>;
  readonly #session: StorageSession;
  readonly #sweep: Sweep;
  #lastToken = 0;
  readonly #group = new GroupCommit((jobs) => this.#commit(jobs));

  /** Opens nothing yet. Throws a `TypeError` or a `RangeError` for options that make no sense. */
  constructor(options: SqliteStorageOptions) {
    super();
    this.#session = new StorageSession(settingsOf(options));
    this.notices = this.#session.notices;
    this.#sweep = new Sweep({
      clock: this.#session.clock,
      read: (work) => this.#session.read(work),
      onFailure: (failure) => this.#session.notices.post({ kind: 'failed', failure }),
    });
  }

  /**
   * Rejects with `STORAGE_FORMAT_NEWER` where a newer version of the library wrote the queue, and leaves the
   * file as it is.
   */
  open(): Promise<void> {
    return this.#session.open();
  }

  async close(): Promise<void> {
    await this.#group.idle();
    await this.#session.close();
  }

  /**
   * Enqueues within a transaction of the app's own, on a connection of its own to the same file, so that both
   * commit together or not at all. Synchronous, and as durable as that transaction: `PRAGMA synchronous` of the
   * connection must be at least what this storage promises.
   *
   * Throws a `TypeError` where the connection has no open transaction, is less durable, or the storage has a
   * payload codec; throws `STORAGE_CLOSED` before `open`.
   */
  enqueueIn(
    connection: SqliteConnection,
    operations: readonly NewOperation[],
    rules: EnqueueRules = {},
  ): EnqueueResult {
    const sensible = clampList(operations, clampOperation);
    return this.#session.join(connection, (tx, savepoint) => enqueueBatch(tx, sensible, rules, savepoint));
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    for (;;) {
      const claimed = await super.claim(request);
      this.#lastToken = claimed.token;
      const hasRoom = claimed.operations.length < request.limit;
      const isMended = hasRoom && (await this.#sweep.step());
      if (!isMended || claimed.operations.length > 0) return claimed;
    }
  }

  protected run<T>(mode: StepMode, step: (queue: TransactionSteps) => T, brings: Brings): Promise<T> {
    switch (mode) {
      case 'read':
        return this.#session.read((tx) => step(this.#stepsOn(tx)));
      case 'write':
        return this.#session.write(
          (tx) => step(this.#stepsOn(tx)),
          () => brings().flatMap(payloadsOf),
        );
      case 'add':
        return this.#group.add(step, brings);
    }
  }

  /** Writes what several callers want in one transaction. */
  async #commit(jobs: readonly Job[]): Promise<void> {
    try {
      const results = await this.#session.write(
        (tx) => {
          const steps = this.#stepsOn(tx);
          return jobs.map(({ step }) => step(steps));
        },
        () => jobs.flatMap(({ brings }) => brings().flatMap(payloadsOf)),
      );
      for (const [at, job] of jobs.entries()) job.resolve(results[at]);
    } catch (error) {
      const [first] = jobs;
      if (jobs.length === 1 || isSyncError(error)) {
        for (const job of jobs) job.reject(error);
      } else if (first !== undefined) {
        // A callback of one caller threw; the others are not to suffer from it.
        for (const job of jobs) await this.#commit([job]);
      }
    }
  }

  #stepsOn(tx: QueueTransaction): TransactionSteps {
    return new TransactionSteps(tx, this.#session.savepoint, this.#lastToken);
  }
}

function payloadsOf({ payload, base }: NewOperation): readonly string[] {
  return base === undefined ? [payload] : [payload, base];
}
