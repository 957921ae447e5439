import {
  isSyncError,
  type Claim,
  type ClaimRequest,
  type DiscardOptions,
  type EnqueueResult,
  type EnqueueRules,
  type ListQuery,
  type NewOperation,
  type OutcomePage,
  type OutcomeQuery,
  type OutcomeRecord,
  type Page,
  type NextDueRequest,
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
  type OperationState,
} from '@cpc/sync-core';
import { clampOperation, clampSettlement, clampStored } from '@cpc/sync-core/storage-kit';
import { type EnqueueJob, GroupCommit } from './connection/group-commit.js';
import { Sweep } from './connection/sweep.js';
import { StorageSession } from './connection/storage-session.js';
import { clampTimes, discard, replaceOperation, requeue, restore } from './engine/changes.js';
import { claim, lapse, wake } from './engine/claim.js';
import { enqueueBatch } from './engine/enqueue.js';
import { followersOf } from './engine/followers.js';
import { listQuarantined } from './engine/quarantine.js';
import { blockersOf, get, list, nextDue, stats } from './engine/reads.js';
import { rereadSome } from './engine/reread.js';
import { renew, settle } from './engine/settle.js';
import { signIn } from './engine/sign-in.js';
import type { SqliteConnection } from './drivers/as-driver.js';
import type { QueueTransaction } from './engine/queue-transaction.js';
import { settingsOf, type SqliteStorageOptions } from './options.js';

/**
 * A queue in an SQLite file, durable against power cuts, shared by any number of processes.
 *
 * Each method is one transaction; calls of `enqueue` that come together share one. While another process holds
 * the file's lock, a call waits without holding up the event loop.
 */
export class SqliteQueueStorage implements QueueStorage {
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
   * file as it is; with `STORAGE_KEY_WRONG` where the payload codec has another key than the payloads were written with.
   */
  open(): Promise<void> {
    return this.#session.open();
  }

  async close(): Promise<void> {
    await this.#group.idle();
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules: EnqueueRules = {},
  ): Promise<readonly EnqueueResult[]> {
    const clamped = batches.map((batch) => batch.map(clampOperation));
    return this.#group.add(clamped, rules);
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
    const clamped = operations.map(clampOperation);
    return this.#session.join(connection, (tx, savepoint) => enqueueBatch(tx, clamped, rules, savepoint));
  }

  async claim(request: ClaimRequest): Promise<Claim> {
    for (;;) {
      const claimed = await this.#claim(request);
      const hasRoom = claimed.operations.length < request.limit;
      const isMended = hasRoom && (await this.#sweep.step());
      if (!isMended || claimed.operations.length > 0) return claimed;
    }
  }

  async #claim(request: ClaimRequest): Promise<Claim> {
    for (;;) {
      const claimed = await this.#session.write((tx) => {
        lapse(tx, request.now);
        return wake(tx, request.now) ? claim(tx, request, this.#lastToken) : undefined;
      });
      if (claimed === undefined) continue;
      this.#lastToken = claimed.token;
      return claimed;
    }
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#session.write((tx) => renew(tx, token, ids, leaseUntil, leaseMs));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    const clamped = settlements.map(clampSettlement);
    return this.#session.write(
      (tx) => settle(tx, token, clamped),
      () => settlements.flatMap((one) => (one.kind === 'replace' ? payloadsOf(one.operation) : [])),
    );
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#session.read((tx) => nextDue(tx, request));
  }

  clampTimes(now: number, aheadMs?: number): Promise<void> {
    return this.#session.write((tx) => clampTimes(tx, now, aheadMs));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#session.read((tx) => get(tx, id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#session.read((tx) => blockersOf(tx, id));
  }

  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]> {
    return this.#session.read((tx) => followersOf(tx, id, limit));
  }

  outcomes(query: OutcomeQuery = {}): Promise<OutcomePage> {
    return this.#session.read((tx) => tx.outcomes(query));
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#session.read((tx) => tx.outcomeOf(id));
  }

  list(query: ListQuery = {}): Promise<Page<StoredOperation>> {
    return this.#session.read((tx) => list(tx, query));
  }

  stats(): Promise<StorageStats> {
    return this.#session.read((tx) => stats(tx));
  }

  requeue(
    ids: readonly string[],
    _now?: number,
    states?: readonly OperationState[],
  ): Promise<readonly string[]> {
    return this.#session.write((tx) => requeue(tx, ids, states));
  }

  discard(ids: readonly string[], options?: DiscardOptions): Promise<readonly StoredOperation[]> {
    return this.#session.write((tx) => discard(tx, ids, options));
  }

  replace(id: string, operation: NewOperation, at?: number): Promise<boolean> {
    return this.#session.write(
      (tx) => replaceOperation(tx, id, clampOperation(operation), at),
      () => payloadsOf(operation),
    );
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#session.add(
      (tx) => restore(tx, operations.map(clampStored)),
      () => operations.flatMap(payloadsOf),
    );
  }

  signIn(principal: string | undefined, rules?: SignInRules): Promise<SignInResult> {
    return this.#session.write((tx) => signIn(tx, principal, rules));
  }

  signedIn(): Promise<SignedIn> {
    return this.#session.read((tx) => ({ principal: tx.state.data.principal ?? undefined }));
  }

  quarantined(query?: {
    readonly after?: number;
    readonly limit?: number;
  }): Promise<Page<QuarantinedRecord>> {
    return this.#session.read((tx) => listQuarantined(tx, query));
  }

  async rereadQuarantined(): Promise<RereadResult> {
    const restored: StoredOperation[] = [];
    for (let after: number | undefined = -Infinity; after !== undefined;) {
      const from: number = after;
      const step = await this.#session.write((tx) => rereadSome(tx, from));
      restored.push(...step.restored);
      after = step.next;
    }
    return { restored, left: (await this.stats()).quarantined };
  }

  /** Writes what several callers want in one transaction. */
  async #commit(jobs: readonly EnqueueJob[]): Promise<void> {
    try {
      const results = await this.#session.add(
        (tx) => jobs.map((job) => this.#enqueue(tx, job)),
        () => jobs.flatMap(({ batches }) => batches.flat().flatMap(payloadsOf)),
      );
      for (const [at, job] of jobs.entries()) job.resolve(results[at] ?? []);
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

  #enqueue(tx: QueueTransaction, { batches, rules }: EnqueueJob): readonly EnqueueResult[] {
    return batches.map((batch) => enqueueBatch(tx, batch, rules, this.#session.savepoint));
  }
}

function payloadsOf({ payload, base }: NewOperation): readonly string[] {
  return base === undefined ? [payload] : [payload, base];
}
