import {
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
  SyncError,
  type OperationState,
} from '@cpc/sync-core';
import { clampNumber, clampOperation, clampSettlement, clampStored } from '@cpc/sync-core/storage-kit';
import type { Connection } from './connection/connection.js';
import { OwnDatabase } from './connection/own-database.js';
import { SharedDatabase } from './connection/shared-database.js';
import { estimateSpace, requestPersistence, type SpaceEstimate } from './connection/browser-space.js';
import { QueueMirror } from './mirror/queue-mirror.js';
import { broadcastHints, ChangeHints } from './notices/change-hints.js';
import { NoticeBoard } from './notices/notice-board.js';
import { type IndexedDbSettings, type IndexedDbStorageOptions, settingsOf } from './options.js';
import { findOutcome, purgeOutcomes, readOutcomes } from './mirror/outcome-pages.js';
import { type Apply, CommitRunner, type StepMode } from './runner/commit-runner.js';
import { enqueueWithin } from './runner/enqueue-within.js';
import { Reserve } from './runner/reserve.js';
import { stampSource } from './runner/stamp-source.js';

/**
 * A queue in IndexedDB, for pages, workers and service workers, any number of them at once.
 *
 * The queue is mirrored in memory and every step runs within a transaction that first proves that the mirror is
 * what lies in the database, then writes back what the step changed. What is acknowledged has been committed with
 * `durability: 'strict'`, unless told otherwise. Calls that come together share one transaction.
 */
export class IndexedDbQueueStorage implements QueueStorage {
  readonly supports: StorageSupports = {
    durable: true,
    concurrentClaims: true,
    sharing: true,
    quarantine: true,
  };
  readonly notices: Subscribable<StorageNotice>;
  readonly #settings: IndexedDbSettings;
  readonly #board = new NoticeBoard();
  readonly #hints: ChangeHints;
  readonly #connection: Connection;
  readonly #mirror: QueueMirror;
  readonly #reserve: Reserve;
  readonly #runner: CommitRunner;
  #open = false;

  /** Opens nothing yet. Throws a `TypeError` or a `RangeError` for options that make no sense. */
  constructor(options: IndexedDbStorageOptions = {}) {
    const settings = settingsOf(options);
    this.#settings = settings;
    this.notices = this.#board;
    this.#hints = new ChangeHints(
      () => broadcastHints(`${settings.name}/${settings.storeName}`),
      (kind) => this.#board.post({ kind }),
    );
    this.#connection = connectionOf(settings, (failure) => this.#board.post({ kind: 'lost', failure }));
    this.#mirror = new QueueMirror({
      codec: settings.codec,
      nextStamp: stampSource(settings.random),
      firstToken: () => settings.clock.now(),
      onDamage: (record) => this.#board.post({ kind: 'quarantined', record }),
    });
    this.#reserve = new Reserve(settings.reserveBytes);
    this.#runner = new CommitRunner({
      ...settings,
      reserve: this.#reserve,
      connection: this.#connection,
      mirror: this.#mirror,
      onCommit: () => this.#hints.send(),
    });
  }

  /**
   * Rejects with `STORAGE_FORMAT_NEWER` where a newer version of the library wrote the queue, which is left as it
   * is, with `STORAGE_BUSY` where another tab held the database for longer than `openTimeoutMs`, and with
   * `STORAGE_KEY_WRONG` where the payload codec has another key than the payloads were written with.
   */
  async open(): Promise<void> {
    if (this.#open) return;
    await this.#runner.run('read', () => undefined);
    await this.#runner.completeReserve();
    this.#hints.start();
    this.#open = true;
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#runner.idle();
    this.#hints.stop();
    this.#mirror.invalidate();
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Asks the browser not to evict this site's data when the device runs out of space. It may ask the person.
   *
   * @returns whether the data is safe from eviction; false also where the browser cannot say
   */
  persist(): Promise<boolean> {
    return requestPersistence();
  }

  /** How much this site stores and may store; `undefined` where the browser does not tell. */
  estimate(): Promise<SpaceEstimate | undefined> {
    return estimateSpace();
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    const clamped = batches.map((batch) => batch.map(clampOperation));
    return this.#write((queue) => queue.enqueue(clamped, rules), 'add');
  }

  /**
   * Enqueues within a transaction of the app's own, so that both commit together or not at all. The transaction
   * must be `readwrite`, on the database that `connect` gives, and include the queue's store; its durability is
   * the app's choice. The operations are in the queue as soon as it is complete.
   *
   * Rejects with a `TypeError` where the transaction does not include the store or is not `readwrite`.
   */
  async enqueueIn(
    transaction: IDBTransaction,
    operations: readonly NewOperation[],
    rules?: EnqueueRules,
  ): Promise<EnqueueResult> {
    this.#checkOpen();
    const { storeName } = this.#settings;
    return enqueueWithin(
      {
        transaction,
        storeName,
        mirror: this.#mirror,
        reserve: this.#reserve,
        onCommit: () => this.#hints.send(),
      },
      (queue) => queue.enqueue([operations.map(clampOperation)], rules)[0] as EnqueueResult,
    );
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#write((queue) => queue.claim(request));
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#write((queue) => queue.renew(token, ids, clampNumber(leaseUntil), clampNumber(leaseMs)));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    const clamped = settlements.map(clampSettlement);
    return this.#write((queue) => queue.settle(token, clamped));
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#read((queue) => queue.nextDue(request));
  }

  clampTimes(now: number, aheadMs?: number): Promise<void> {
    return this.#write((queue) => queue.clampTimes(now, aheadMs));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#read((queue) => queue.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#read((queue) => queue.blockersOf(id));
  }

  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]> {
    return this.#read((queue) => queue.followersOf(id, limit));
  }

  outcomes(query?: OutcomeQuery): Promise<OutcomePage> {
    return this.#read((_queue, records) => readOutcomes(records, this.#mirror.lastOutcome, query));
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#read((queue, records) => (queue.isKnown(id) ? findOutcome(records, id) : undefined));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.#read((queue) => queue.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.#read((queue) => ({ ...queue.stats(), quarantined: this.#mirror.quarantined.length }));
  }

  requeue(
    ids: readonly string[],
    _now?: number,
    states?: readonly OperationState[],
  ): Promise<readonly string[]> {
    return this.#write((queue) => queue.requeue(ids, states));
  }

  discard(ids: readonly string[], options?: DiscardOptions): Promise<readonly StoredOperation[]> {
    return this.#write((queue) => queue.discard(ids, options));
  }

  replace(id: string, operation: NewOperation, at?: number): Promise<boolean> {
    return this.#write((queue) => queue.replace(id, clampOperation(operation), at));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    const clamped = operations.map(clampStored);
    return this.#write((queue) => queue.restore(clamped), 'add');
  }

  async signIn(principal: string | undefined, rules: SignInRules = {}): Promise<SignInResult> {
    const { purge = [] } = rules;
    const result = await this.#write(async (queue, records) => {
      const signedIn = queue.signIn(principal, rules);
      if (purge.length > 0) await purgeOutcomes(records, purge);
      return signedIn;
    });
    this.#hints.send('signedIn');
    return result;
  }

  signedIn(): Promise<SignedIn> {
    return this.#read(({ principal }) => ({ principal }));
  }

  quarantined({
    after = -Infinity,
    limit = 100,
  }: { readonly after?: number; readonly limit?: number } = {}): Promise<Page<QuarantinedRecord>> {
    return this.#read(() => {
      const records = this.#mirror.quarantined.filter(({ sequence }) => sequence > after);
      const items = records.slice(0, limit);
      const last = items.at(-1);
      return records.length > items.length && last !== undefined ? { items, next: last.sequence } : { items };
    });
  }

  async rereadQuarantined(): Promise<RereadResult> {
    const before = await this.#read(() => this.#mirror.readable);
    return this.#write(() => {
      const restored = this.#mirror.readmit(before);
      return { restored, left: this.#mirror.quarantined.length };
    }, 'anew');
  }

  async #read<T>(step: Apply<T>): Promise<T> {
    this.#checkOpen();
    return this.#runner.run('read', step);
  }

  async #write<T>(step: Apply<T>, mode: StepMode = 'write'): Promise<T> {
    this.#checkOpen();
    return this.#runner.run(mode, step);
  }

  #checkOpen(): void {
    if (!this.#open) throw new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.');
  }
}

function connectionOf(
  settings: IndexedDbSettings,
  onLost: ConstructorParameters<typeof OwnDatabase>[0]['onLost'],
): Connection {
  const { connect, storeName } = settings;
  if (connect !== undefined) return new SharedDatabase(storeName, connect);
  return new OwnDatabase({ ...settings, onLost });
}
