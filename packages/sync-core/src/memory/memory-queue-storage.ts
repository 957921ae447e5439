import { Subject } from 'rxjs';
import { SyncError } from '../errors/sync-error.js';
import type { OperationState } from '../operation/operation.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type {
  Claim,
  ClaimRequest,
  DiscardOptions,
  EnqueueResult,
  EnqueueRules,
  ListQuery,
  Page,
  NextDueRequest,
  QuarantinedRecord,
  QueueStorage,
  RereadResult,
  Settlement,
  SettleResult,
  StorageNotice,
  StorageStats,
  StorageSupports,
} from '../ports/queue-storage.js';
import type { OutcomePage, OutcomeQuery, OutcomeRecord } from '../ports/outcome-record.js';
import type { SignedIn, SignInResult, SignInRules } from '../ports/sign-in.js';
import type { Subscribable } from '../ports/subscribable.js';
import { MemoryQueue } from './memory-queue.js';
import { OutcomeLog } from './outcome-log.js';
import { SILENT_JOURNAL } from './queue-journal.js';

/**
 * A queue that lives in this object alone, for tests, simulations and apps that need no memory. What it
 * promises is the port's contract, word for word, but for durability.
 */
export class MemoryQueueStorage implements QueueStorage {
  readonly supports: StorageSupports = {
    durable: false,
    concurrentClaims: true,
    sharing: false,
    quarantine: false,
  };
  readonly notices: Subscribable<StorageNotice> = new Subject<StorageNotice>();
  readonly #outcomes = new OutcomeLog();
  readonly #queue = new MemoryQueue({
    ...SILENT_JOURNAL,
    told: (id, outcome) => this.#outcomes.add(id, outcome),
    purged: (principals) => this.#outcomes.purge(principals),
  });
  #open = false;

  open(): Promise<void> {
    this.#open = true;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#open = false;
    return Promise.resolve();
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    return this.#run((queue) => queue.enqueue(batches, rules));
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#run((queue) => queue.claim(request));
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#run((queue) => queue.renew(token, ids, leaseUntil, leaseMs));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.#run((queue) => queue.settle(token, settlements));
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#run((queue) => queue.nextDue(request));
  }

  clampTimes(now: number, aheadMs?: number): Promise<void> {
    return this.#run((queue) => queue.clampTimes(now, aheadMs));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#run((queue) => queue.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#run((queue) => queue.blockersOf(id));
  }

  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]> {
    return this.#run((queue) => queue.followersOf(id, limit));
  }

  outcomes(query?: OutcomeQuery): Promise<OutcomePage> {
    return this.#run(() => this.#outcomes.page(query));
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#run(() => this.#outcomes.latestOf(id));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.#run((queue) => queue.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.#run((queue) => queue.stats());
  }

  requeue(
    ids: readonly string[],
    _now?: number,
    states?: readonly OperationState[],
  ): Promise<readonly string[]> {
    return this.#run((queue) => queue.requeue(ids, states));
  }

  discard(ids: readonly string[], options?: DiscardOptions): Promise<readonly StoredOperation[]> {
    return this.#run((queue) => queue.discard(ids, options));
  }

  replace(id: string, operation: NewOperation, at?: number): Promise<boolean> {
    return this.#run((queue) => queue.replace(id, operation, at));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#run((queue) => queue.restore(operations));
  }

  signIn(principal: string | undefined, rules?: SignInRules): Promise<SignInResult> {
    return this.#run((queue) => queue.signIn(principal, rules));
  }

  signedIn(): Promise<SignedIn> {
    return this.#run(({ principal }) => ({ principal }));
  }

  quarantined(): Promise<Page<QuarantinedRecord>> {
    return this.#run(() => ({ items: [] }));
  }

  rereadQuarantined(): Promise<RereadResult> {
    return this.#run(() => ({ restored: [], left: 0 }));
  }

  /** Runs one step of the port: whole, at once, and only while the storage is open. */
  #run<T>(step: (queue: MemoryQueue) => T): Promise<T> {
    return new Promise((resolve) => {
      if (!this.#open) throw new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.');
      resolve(step(this.#queue));
      this.#queue.index.compact();
    });
  }
}
