import {
  type Claim,
  type ClaimRequest,
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
  type StorageNotice,
  type StorageStats,
  type StorageSupports,
  type StoredOperation,
  type Subscribable,
} from '@cpc/sync-core';
import { StorageFaults, type StorageMethod } from './storage-faults.js';

/**
 * A storage that passes everything on to another one, and fails where the test says so:
 *
 * ```ts
 * const storage = new FailingStorage(new MemoryQueueStorage());
 * storage.faults.failNext('enqueue', 'torn');
 * ```
 */
export class FailingStorage implements QueueStorage {
  readonly faults = new StorageFaults();
  readonly notices: Subscribable<StorageNotice>;
  readonly #inner: QueueStorage;

  constructor(inner: QueueStorage) {
    this.#inner = inner;
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
    return this.#inner.supports;
  }

  async open(): Promise<void> {
    await this.#call('open', () => this.#inner.open());
    this.faults.regainHandle();
  }

  close(): Promise<void> {
    return this.#call('close', () => this.#inner.close());
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    return this.#call('enqueue', () => this.#inner.enqueue(batches, rules));
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#call('claim', () => this.#inner.claim(request));
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#call('renew', () => this.#inner.renew(token, ids, leaseUntil, leaseMs));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.#call('settle', () => this.#inner.settle(token, settlements));
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#call('nextDue', () => this.#inner.nextDue(request));
  }

  clampTimes(now: number, aheadMs?: number): Promise<void> {
    return this.#call('clampTimes', () => this.#inner.clampTimes(now, aheadMs));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#call('get', () => this.#inner.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#call('blockersOf', () => this.#inner.blockersOf(id));
  }

  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]> {
    return this.#call('followersOf', () => this.#inner.followersOf(id, limit));
  }

  outcomes(query?: OutcomeQuery): Promise<OutcomePage> {
    return this.#call('outcomes', () => this.#inner.outcomes(query));
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#call('outcomeOf', () => this.#inner.outcomeOf(id));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.#call('list', () => this.#inner.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.#call('stats', () => this.#inner.stats());
  }

  requeue(...args: Parameters<QueueStorage['requeue']>): Promise<readonly string[]> {
    return this.#call('requeue', () => this.#inner.requeue(...args));
  }

  discard(...args: Parameters<QueueStorage['discard']>): Promise<readonly StoredOperation[]> {
    return this.#call('discard', () => this.#inner.discard(...args));
  }

  replace(...args: Parameters<QueueStorage['replace']>): Promise<boolean> {
    return this.#call('replace', () => this.#inner.replace(...args));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#call('restore', () => this.#inner.restore(operations));
  }

  signIn(...args: Parameters<QueueStorage['signIn']>): Promise<SignInResult> {
    return this.#call('signIn', () => this.#inner.signIn(...args));
  }

  signedIn(): Promise<SignedIn> {
    return this.#call('signedIn', () => this.#inner.signedIn());
  }

  quarantined(query?: {
    readonly after?: number;
    readonly limit?: number;
  }): Promise<Page<QuarantinedRecord>> {
    return this.#call('quarantined', () => this.#inner.quarantined(query));
  }

  rereadQuarantined(): Promise<RereadResult> {
    return this.#call('rereadQuarantined', () => this.#inner.rereadQuarantined());
  }

  #call<T>(method: StorageMethod, effect: () => Promise<T>): Promise<T> {
    return this.faults.run(method, effect);
  }
}
