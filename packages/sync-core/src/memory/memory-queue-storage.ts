import { Subject } from 'rxjs';
import { SyncError } from '../errors/sync-error.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { OperationState } from '../operation/operation.js';
import { appendAttempt } from '../operation/history.js';
import { rewriteReferences } from '../operation/rewrite-references.js';
import type {
  Claim,
  ClaimRequest,
  EnqueueResult,
  EnqueueRules,
  IdAssignment,
  ListQuery,
  Page,
  Principals,
  QuarantinedRecord,
  QueueStorage,
  Settlement,
  SettleResult,
  StorageNotice,
  StorageReceipt,
  StorageStats,
  StorageSupports,
} from '../ports/queue-storage.js';
import type { Subscribable } from '../ports/subscribable.js';
import type { Entry } from './entry.js';
import { LeaseBook } from './lease-book.js';
import { OperationIndex } from './operation-index.js';

/** How many assignments of permanent ids are remembered for operations that are enqueued later. */
const REMEMBERED_ASSIGNMENTS = 10_000;

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
  readonly #index = new OperationIndex();
  readonly #leases = new LeaseBook(this.#index);
  readonly #assigned = new Map<string, string>();
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
    rules: EnqueueRules = {},
  ): Promise<readonly EnqueueResult[]> {
    return this.#run(() => batches.map((batch) => this.#enqueueBatch(batch, rules)));
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#run(() => this.#leases.claim(request));
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#run(() => this.#leases.renew(token, ids, leaseUntil, leaseMs));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.#run(() => settlements.map((settlement) => this.#settleOne(token, settlement)));
  }

  nextDue({ now, principals }: { now: number; principals?: Principals }): Promise<number | undefined> {
    return this.#run(() => {
      if (this.#index.first(principals) !== undefined) return now;
      const next = Math.min(this.#index.nextDueAt(principals), this.#leases.nextEnd());
      return next === Infinity ? undefined : next;
    });
  }

  clampTimes(now: number): Promise<void> {
    return this.#run(() => {
      for (const entry of this.#index.entries()) {
        if (entry.delayMs === 0 || entry.dueAt <= now + entry.delayMs) continue;
        if (entry.state === 'leased') {
          this.#leases.extend(entry, now + entry.delayMs);
        } else {
          entry.dueAt = 0;
          this.#index.refresh(entry);
        }
      }
    });
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#run(() => this.#index.get(id)?.snapshot());
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#run(() => {
      const entry = this.#index.get(id);
      return entry === undefined ? [] : this.#index.blockersOf(entry);
    });
  }

  list(query: ListQuery = {}): Promise<Page<StoredOperation>> {
    return this.#run(() => {
      const { after = 0, limit = 100 } = query;
      const items: StoredOperation[] = [];
      for (const entry of this.#index.entries(after)) {
        if (!matches(entry, query)) continue;
        if (items.length === limit) return { items, next: (items.at(-1) as StoredOperation).sequence };
        items.push(entry.snapshot());
      }
      return { items };
    });
  }

  stats(): Promise<StorageStats> {
    return this.#run(() => {
      const [oldest] = this.#index.entries();
      const stats: StorageStats = {
        total: this.#index.size,
        byState: { ...this.#index.byState },
        byPriority: Object.fromEntries(this.#index.byPriority),
        quarantined: 0,
      };
      return oldest === undefined ? stats : { ...stats, oldestCreatedAt: oldest.operation.createdAt };
    });
  }

  requeue(ids: readonly string[]): Promise<readonly string[]> {
    return this.#run(() =>
      ids.filter((id) => {
        const entry = this.#index.get(id);
        if (entry === undefined || !REQUEUEABLE.has(entry.state)) return false;
        this.#renewLife(entry);
        this.#index.refresh(entry);
        return true;
      }),
    );
  }

  discard(ids: readonly string[]): Promise<readonly StoredOperation[]> {
    return this.#run(() => {
      const entries = ids.map((id) => this.#index.get(id)).filter((entry) => entry !== undefined);
      const discarded = new Set(entries.filter((entry) => entry.state !== 'leased'));
      return [...discarded].map((entry) => {
        const snapshot = entry.snapshot();
        this.#index.remove(entry);
        return snapshot;
      });
    });
  }

  replace(id: string, operation: NewOperation): Promise<boolean> {
    return this.#run(() => {
      const entry = this.#index.get(id);
      if (entry === undefined || entry.state === 'leased') return false;
      this.#replaceEntry(entry, operation);
      return true;
    });
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#run(() =>
      operations
        .filter((operation) => this.#index.get(operation.id) === undefined)
        .map((operation) => {
          this.#restoreOne(operation);
          return operation.id;
        }),
    );
  }

  quarantined(): Promise<Page<QuarantinedRecord>> {
    return this.#run(() => ({ items: [] }));
  }

  /** Runs one step of the port: whole, at once, and only while the storage is open. */
  #run<T>(step: () => T): Promise<T> {
    if (!this.#open) {
      return Promise.reject(new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.'));
    }
    try {
      return Promise.resolve(step());
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#index.compact();
    }
  }

  #enqueueBatch(batch: readonly NewOperation[], rules: EnqueueRules): EnqueueResult {
    const receipts: StorageReceipt[] = [];
    const undo: (() => void)[] = [];
    for (const [index, incoming] of batch.entries()) {
      const receipt = this.#enqueueOne(incoming, rules, undo);
      if (typeof receipt === 'string') {
        for (const step of undo.reverse()) step();
        return { ok: false, code: receipt, index };
      }
      receipts.push(receipt);
    }
    return { ok: true, receipts };
  }

  #enqueueOne(
    incoming: NewOperation,
    rules: EnqueueRules,
    undo: (() => void)[],
  ): StorageReceipt | 'OPERATION_ID_REUSED' | 'QUEUE_FULL' {
    const known = this.#index.get(incoming.id);
    const operation =
      incoming.references.length === 0
        ? incoming
        : rewriteReferences(incoming, (temporaryId) => this.#assigned.get(temporaryId));
    if (known !== undefined) {
      const { kind, payload } = known.operation;
      const same = kind === incoming.kind && (payload === incoming.payload || payload === operation.payload);
      return same ? { kind: 'duplicate' } : 'OPERATION_ID_REUSED';
    }
    const joined = operation.coalesces ? this.#coalesce(operation, rules, undo) : undefined;
    if (joined !== undefined) return joined;
    if (this.#index.size >= (rules.maxPending ?? Infinity)) return 'QUEUE_FULL';
    const entry = this.#index.add(operation);
    undo.push(() => this.#index.remove(entry));
    return { kind: 'enqueued', sequence: entry.sequence };
  }

  #coalesce(incoming: NewOperation, rules: EnqueueRules, undo: (() => void)[]): StorageReceipt | undefined {
    const tail = this.#index.lane(incoming.entity ?? '')?.tail;
    if (tail === undefined || rules.coalesce === undefined || !mayJoin(tail, incoming, this.#index))
      return undefined;
    const coalescence = rules.coalesce(tail.snapshot(), incoming);
    const { operation: before, dueAt } = tail;
    if (coalescence.kind === 'merged') {
      const { operation } = coalescence;
      tail.dueAt = operation.scheduledAt > operation.createdAt ? operation.scheduledAt : 0;
      this.#index.setState(tail, 'blocked');
      this.#index.exchange(tail, { ...operation, id: before.id });
      undo.push(() => {
        tail.dueAt = dueAt;
        this.#index.setState(tail, 'blocked');
        this.#index.exchange(tail, before);
      });
      return { kind: 'coalesced', into: before.id };
    }
    if (coalescence.kind === 'none' || (tail.dependents?.size ?? 0) > 0) return undefined;
    this.#index.remove(tail);
    undo.push(() => {
      tail.state = 'blocked';
      this.#index.putBack(tail);
    });
    return { kind: 'cancelled', with: before.id };
  }

  #settleOne(token: number, settlement: Settlement): SettleResult {
    const entry = this.#index.get(settlement.id);
    if (entry?.state !== 'leased' || entry.token !== token) return 'stale';
    entry.history = appendAttempt(entry.history, settlement.attempt);
    if (settlement.kind === 'remove') {
      this.#index.remove(entry);
      if (settlement.assign !== undefined) this.#assign(settlement.assign);
      return 'settled';
    }
    entry.dueAt = 0;
    entry.delayMs = 0;
    this.#index.setState(entry, 'blocked');
    switch (settlement.kind) {
      case 'reschedule':
        entry.dueAt = settlement.dueAt;
        entry.delayMs = settlement.delayMs;
        if (settlement.counts) entry.attempts++;
        break;
      case 'release':
        if (!settlement.sent) entry.attempted = entry.attemptedBefore;
        break;
      case 'hold':
        entry.failure = settlement.failure;
        if (settlement.counts) entry.attempts++;
        this.#index.setState(entry, settlement.state);
        break;
      case 'replace':
        this.#replaceEntry(entry, settlement.operation);
        break;
    }
    this.#index.refresh(entry);
    if (entry.lane?.head) this.#index.refresh(entry.lane.head);
    return 'settled';
  }

  #assign({ from, to }: IdAssignment): void {
    const [oldest] = this.#assigned.keys();
    if (this.#assigned.size >= REMEMBERED_ASSIGNMENTS && oldest !== undefined) this.#assigned.delete(oldest);
    this.#assigned.set(from, to);
    for (const entry of this.#index.referring(from)) {
      if (entry.attempted) continue;
      this.#index.exchange(
        entry,
        rewriteReferences(entry.operation, (id) => (id === from ? to : undefined)),
      );
    }
  }

  #replaceEntry(entry: Entry, operation: NewOperation): void {
    this.#renewLife(entry);
    entry.attempted = false;
    this.#index.exchange(entry, operation);
  }

  /** Makes an entry as if it had never been tried, but for its history. */
  #renewLife(entry: Entry): void {
    entry.attempts = 0;
    entry.failure = undefined;
    entry.dueAt = 0;
    entry.delayMs = 0;
    this.#index.setState(entry, 'blocked');
  }

  #restoreOne(stored: StoredOperation): void {
    const {
      sequence: _,
      state,
      attempts,
      attempted,
      history,
      dueAt,
      delayMs,
      failure,
      ...operation
    } = stored;
    const entry = this.#index.add(operation);
    entry.attempts = attempts;
    entry.attempted = attempted;
    entry.history = history;
    entry.failure = failure;
    entry.delayMs = state === 'scheduled' ? delayMs : 0;
    entry.dueAt = state === 'scheduled' ? dueAt : entry.dueAt;
    this.#index.setState(entry, state === 'parked' || state === 'deadLetter' ? state : 'blocked');
    this.#index.refresh(entry);
    if (entry.next !== undefined) this.#index.refresh(entry.next);
  }
}

const REQUEUEABLE: ReadonlySet<OperationState> = new Set<OperationState>([
  'deadLetter',
  'parked',
  'scheduled',
]);

/** The rules under which a tail may be offered to `Coalesce`; see its documentation. */
function mayJoin(tail: Entry, incoming: NewOperation, index: OperationIndex): boolean {
  const { dependsOn, principal } = tail.operation;
  return (
    !tail.attempted &&
    (tail.state === 'waiting' || tail.state === 'scheduled' || tail.state === 'blocked') &&
    principal === incoming.principal &&
    incoming.dependsOn.every((id) => id === tail.operation.id || dependsOn.includes(id) || !index.get(id))
  );
}

function matches(entry: Entry, query: ListQuery): boolean {
  const { entity, kind, principal } = entry.operation;
  return (
    (query.states?.includes(entry.state) ?? true) &&
    (query.entity === undefined || query.entity === entity) &&
    (query.kind === undefined || query.kind === kind) &&
    (query.principals?.includes(principal) ?? true)
  );
}
