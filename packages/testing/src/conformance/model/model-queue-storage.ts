import {
  type Claim,
  type ClaimRequest,
  type DiscardOptions,
  type EnqueueResult,
  type EnqueueRules,
  type ListQuery,
  type NewOperation,
  type OperationState,
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
  type StorageStats,
  type StorageSupports,
  type StoredOperation,
  SyncError,
} from '@cpc/sync-core';
import { outcomeFor, REFERENCE_ENDED, rewriteReferences } from '@cpc/sync-core/storage-kit';
import { atTime, claimable, isFor, isKnown } from './model-claim.js';
import { enqueueBatch } from './model-enqueue.js';
import { bringBack, sealAll, unsealAll } from './model-codec.js';
import { allFollowersOf, endAll, park, parkReferring } from './model-ended.js';
import {
  blockersOf,
  followersOf,
  freed,
  type ModelEntry,
  newEntry,
  stateOf,
  toStored,
} from './model-entry.js';
import { endedReference, withSuccessors } from './model-past.js';
import { emptyModelData, keep, type ModelQueueData } from './model-queue-data.js';
import { signIn } from './model-sign-in.js';
import { renameDependency, replacement, isHeld, settle } from './model-settle.js';

/**
 * The port written down as plainly as possible: arrays, scans and no index. It is what the randomised cases
 * compare an implementation with, and the first storage that the cases themselves are tried on.
 */
export class ModelQueueStorage implements QueueStorage {
  readonly supports: StorageSupports = {
    durable: true,
    concurrentClaims: true,
    sharing: true,
    quarantine: true,
  };
  readonly notices = { subscribe: () => ({ unsubscribe: () => undefined }) };
  readonly data: ModelQueueData;
  #open = false;

  constructor(data: ModelQueueData = emptyModelData()) {
    this.data = data;
  }

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
    const own = structuredClone(batches);
    return this.#step(() => own.map((batch) => enqueueBatch(this.data, batch, rules)));
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#step(() => {
      const entries = atTime(this.data.entries, request.now);
      const { principal } = this.data;
      const isOthers = request.signedIn !== undefined && request.signedIn.principal !== principal;
      const taken = isOthers ? [] : claimable(entries, request);
      const token = ++this.data.lastToken;
      const leaseUntil = request.now + request.leaseMs;
      const leased = new Map(
        taken.map((entry): [ModelEntry, ModelEntry] => [
          entry,
          {
            ...entry,
            wait: 'leased',
            dueAt: leaseUntil,
            delayMs: request.leaseMs,
            token,
            attemptedBefore: entry.attempted,
            attempted: true,
          },
        ]),
      );
      this.data.entries = entries.map((entry) => leased.get(entry) ?? entry);
      const operations = [...leased.values()].map((entry) => this.#stored(entry));
      return { token, leaseUntil, operations, ...(isOthers && { signedIn: { principal } }) };
    });
  }

  renew(token: number, ids: readonly string[], dueAt: number, delayMs: number): Promise<readonly string[]> {
    return this.#step(() => {
      const held = (entry: ModelEntry): boolean =>
        ids.includes(entry.operation.id) && entry.wait === 'leased' && entry.token === token;
      const renewed = this.data.entries.filter(held).map(({ operation }) => operation.id);
      this.#map((entry) => (held(entry) ? { ...entry, dueAt, delayMs } : entry));
      return renewed;
    });
  }

  settle(token: number, given: readonly Settlement[]): Promise<readonly SettleResult[]> {
    const settlements = structuredClone(given);
    return this.#step(() => {
      for (const one of settlements)
        if (one.kind === 'replace' && isHeld(this.data, token, one.id))
          this.#checkFree(one.id, one.operation.id);
      return settlements.map((settlement) => settle(this.data, token, settlement));
    });
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#step(() => {
      const times = this.data.entries
        .filter((entry) => isFor(entry, request.principals))
        .filter((entry) => entry.wait === 'leased' || isKnown(entry, request.knows))
        .map((entry) => this.#stored(entry))
        .flatMap(({ state, dueAt }) => {
          if (state === 'waiting') return [request.now];
          return state === 'scheduled' || state === 'leased' ? [dueAt] : [];
        });
      return times.length === 0 ? undefined : Math.min(...times);
    });
  }

  clampTimes(now: number, aheadMs = 0): Promise<void> {
    return this.#step(() =>
      this.#map((entry) => {
        if (entry.wait === 'leased')
          return { ...entry, dueAt: Math.min(entry.dueAt + aheadMs, now + entry.delayMs) };
        if (entry.delayMs === 0 || entry.dueAt - now <= entry.delayMs) return entry;
        return freed(entry);
      }),
    );
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#step(() => {
      const entry = this.#find(id);
      return entry && this.#stored(entry);
    });
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#step(() => {
      const entry = this.#find(id);
      if (entry === undefined || stateOf(this.data.entries, entry) !== 'blocked') return [];
      return blockersOf(this.data.entries, entry).map(({ operation }) => operation.id);
    });
  }

  list(query: ListQuery = {}): Promise<Page<StoredOperation>> {
    return this.#step(() =>
      page(
        this.data.entries
          .map((entry) => this.#stored(entry))
          .filter((one) => query.states?.includes(one.state) ?? true)
          .filter((one) => query.entity === undefined || one.entity === query.entity)
          .filter((one) => query.kind === undefined || one.kind === query.kind)
          .filter((one) => query.principals?.includes(one.principal) ?? true),
        query,
      ),
    );
  }

  stats(): Promise<StorageStats> {
    return this.#step(() => {
      const all = this.data.entries.map((entry) => this.#stored(entry));
      const byState: Record<OperationState, number> = {
        waiting: 0,
        scheduled: 0,
        blocked: 0,
        leased: 0,
        parked: 0,
        deadLetter: 0,
      };
      const byPriority: Record<number, number> = {};
      for (const { state, priority } of all) {
        byState[state]++;
        byPriority[priority] = (byPriority[priority] ?? 0) + 1;
      }
      return {
        total: all.length,
        byState,
        byPriority,
        ...(all[0] && { oldestCreatedAt: all[0].createdAt }),
        quarantined: this.data.quarantined.length,
      };
    });
  }

  requeue(
    ids: readonly string[],
    _now?: number,
    states: readonly string[] = ['scheduled', 'parked', 'deadLetter'],
  ): Promise<readonly string[]> {
    return this.#step(() => {
      const changed = this.#named(ids).filter((entry) => {
        const state = stateOf(this.data.entries, entry);
        if (endedReference(this.data, entry.operation) !== undefined) return false;
        if (entry.wait === 'parked' && entry.failure?.code === REFERENCE_ENDED) return false;
        return ['scheduled', 'parked', 'deadLetter'].includes(state) && states.includes(state);
      });
      const again = (entry: ModelEntry): ModelEntry => ({
        ...freed(entry),
        attempts: entry.wait === 'scheduled' ? entry.attempts : 0,
      });
      this.#map((entry) => (changed.includes(entry) ? again(entry) : entry));
      return changed.map(({ operation }) => operation.id);
    });
  }

  discard(
    ids: readonly string[],
    { withFollowers = false, at }: DiscardOptions = {},
  ): Promise<readonly StoredOperation[]> {
    return this.#step(() => {
      const { entries } = this.data;
      const named = this.#named(ids).filter(({ wait }) => wait !== 'leased');
      const gone = withFollowers ? allFollowersOf(entries, named) : named;
      const operations = gone.map((entry) => toStored(entries, entry));
      endAll(this.data, gone, ({ operation }) => outcomeFor(operation, 'discarded', { at }));
      parkReferring(this.data, gone, at);
      return operations;
    });
  }

  replace(id: string, operation: NewOperation, at?: number): Promise<boolean> {
    return this.#step(() => {
      const entry = this.#find(id);
      if (entry === undefined || entry.wait === 'leased') return false;
      this.#checkFree(id, operation.id);
      if (id !== operation.id)
        keep(this.data, id, outcomeFor(entry.operation, 'replaced', { at, into: operation.id }));
      this.data.past.set(id, operation.id);
      const next = replacement(this.data.entries, entry, withSuccessors(this.data, operation));
      this.#map((other) => (other === entry ? next : other));
      this.data.entries = renameDependency(this.data.entries, entry, operation.id);
      park(this.data, this.#find(operation.id) as ModelEntry, at);
      return true;
    });
  }

  followersOf(id: string, limit = 100): Promise<readonly StoredOperation[]> {
    return this.#step(() => {
      const entry = this.#find(id);
      const followers = entry === undefined ? [] : followersOf(this.data.entries, entry);
      return followers.slice(0, limit).map((one) => this.#stored(one));
    });
  }

  outcomes({ after = 0, limit = 100 }: OutcomeQuery = {}): Promise<OutcomePage> {
    return this.#step(() => {
      const { outcomes } = this.data;
      const items = outcomes.filter(({ sequence }) => sequence > after).slice(0, limit);
      return { items, last: outcomes.at(-1)?.sequence ?? 0 };
    });
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#step(() => this.data.outcomes.findLast((record) => record.id === id));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#step(() => {
      const fresh = operations.filter(({ id }) => this.#find(id) === undefined);
      for (const stored of fresh) {
        const entry = this.#restored(stored, ++this.data.lastSequence);
        this.data.entries = [...this.data.entries, entry];
        const isFree = entry.wait === 'none' || entry.wait === 'scheduled';
        if (!entry.attempted && isFree) park(this.data, entry, undefined);
      }
      return fresh.map(({ id }) => id);
    });
  }

  signIn(principal: string | undefined, rules: SignInRules = {}): Promise<SignInResult> {
    return this.#step(() => signIn(this.data, principal, rules));
  }

  signedIn(): Promise<SignedIn> {
    return this.#step(() => ({ principal: this.data.principal }));
  }

  quarantined(
    query: { readonly after?: number; readonly limit?: number } = {},
  ): Promise<Page<QuarantinedRecord>> {
    return this.#step(() => page(this.data.quarantined, query));
  }

  rereadQuarantined(): Promise<RereadResult> {
    return this.#step(async () => {
      const back = new Set(await bringBack(this.data));
      const restored = this.data.entries.filter(({ sequence }) => back.has(sequence));
      return {
        restored: restored.map((entry) => this.#stored(entry)),
        left: this.data.quarantined.length,
      };
    });
  }

  /** A new id must be nobody else's. */
  #checkFree(before: string, id: string): void {
    if (id !== before && this.#find(id) !== undefined)
      throw new SyncError(
        'OPERATION_ID_REUSED',
        `'${id}' is in the queue already. Give it an id of its own.`,
      );
  }

  #restored(stored: StoredOperation, sequence: number): ModelEntry {
    const { state, attempts, attempted, history, dueAt, delayMs, failure, aside, ...operation } =
      withoutSequence(stored);
    const rewritten = attempted
      ? operation
      : rewriteReferences(operation, (id) => this.data.assignments.get(id));
    const entry = newEntry(withSuccessors(this.data, rewritten), sequence, this.data.entries);
    const kept = { ...entry, attempts, attempted, attemptedBefore: attempted, history };
    switch (state) {
      case 'blocked':
        return kept;
      case 'waiting':
      case 'leased':
        return freed(kept);
      case 'scheduled':
        return { ...freed(kept), wait: state, dueAt, delayMs };
      case 'parked':
      case 'deadLetter':
        return { ...freed(kept), wait: aside && state === 'deadLetter' ? 'aside' : state, failure };
    }
  }

  /** What goes out is a copy: nobody reaches the data by it. */
  async #step<T>(work: () => T | Promise<T>): Promise<T> {
    await Promise.resolve();
    if (!this.#open) throw new SyncError('STORAGE_CLOSED', 'The storage is not open. Call open() first.');
    if (this.data.codec === undefined && this.data.seals.size === 0) return structuredClone(await work());
    await unsealAll(this.data);
    const result = structuredClone(await work());
    await sealAll(this.data);
    return result;
  }

  #map(change: (entry: ModelEntry) => ModelEntry): void {
    this.data.entries = this.data.entries.map(change);
  }

  #find(id: string): ModelEntry | undefined {
    return this.data.entries.find(({ operation }) => operation.id === id);
  }

  #named(ids: readonly string[]): readonly ModelEntry[] {
    return this.data.entries.filter(({ operation }) => ids.includes(operation.id));
  }

  #stored(entry: ModelEntry): StoredOperation {
    return toStored(this.data.entries, entry);
  }
}

/** What a new entry must not take over, because the storage gives it anew. */
function withoutSequence(stored: StoredOperation): Omit<StoredOperation, 'sequence'> {
  const copy: Partial<StoredOperation> = { ...stored };
  Reflect.deleteProperty(copy, 'sequence');
  return copy as Omit<StoredOperation, 'sequence'>;
}

function page<T extends { readonly sequence: number }>(
  all: readonly T[],
  query: { readonly after?: number; readonly limit?: number },
): Page<T> {
  const { after = 0, limit = 100 } = query;
  const rest = all.filter(({ sequence }) => sequence > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return rest.length > items.length && last ? { items, next: last.sequence } : { items };
}
