import { appendAttempt } from '../operation/history.js';
import {
  type NewOperation,
  type StoredOperation,
  withoutStorageFields,
} from '../operation/operation-record.js';
import type { OperationState } from '../operation/operation.js';
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
  Settlement,
  SettleResult,
  StorageStats,
  VersionChange,
} from '../ports/queue-storage.js';
import { Assignments } from './assignments.js';
import { enqueueBatch, type EnqueueContext } from './enqueue-rules.js';
import type { Entry } from './entry.js';
import { applyKeptState } from './kept-state.js';
import { LeaseBook } from './lease-book.js';
import { OperationIndex } from './operation-index.js';
import { type Fate, followSuccessors, type IdLookup, Past } from './past.js';
import { SILENT_JOURNAL, type QueueJournal } from './queue-journal.js';
import { checkReplacements } from './replacements.js';

/** How far behind an operation its new version reaches, see `VersionChange`. */
export const MOVED_FOLLOWERS = 100;

const REQUEUEABLE: ReadonlySet<OperationState> = new Set<OperationState>([
  'deadLetter',
  'parked',
  'scheduled',
]);

/**
 * The rules of the `QueueStorage` port on a queue in memory, each method one synchronous step that happens whole.
 * A storage that keeps the queue elsewhere runs its steps here and writes down what its journal heard.
 */
export class MemoryQueue {
  readonly index: OperationIndex;
  readonly leases: LeaseBook;
  readonly #assignments = new Assignments();
  readonly #past = new Past();
  readonly #lookup: IdLookup = {
    isPresent: (id) => this.index.get(id) !== undefined,
    fateOf: (id) => this.#past.fateOf(id),
  };
  readonly #journal: QueueJournal;

  constructor(journal: QueueJournal = SILENT_JOURNAL) {
    this.#journal = journal;
    this.index = new OperationIndex(journal);
    this.leases = new LeaseBook(this.index, journal);
  }

  enqueue(batches: readonly (readonly NewOperation[])[], rules: EnqueueRules = {}): readonly EnqueueResult[] {
    const context: EnqueueContext = {
      index: this.index,
      assignments: this.#assignments,
      past: this.#past,
      leave: (id, fate) => this.#leave(id, fate),
    };
    return batches.map((batch) => enqueueBatch(context, batch, rules));
  }

  claim(request: ClaimRequest): Claim {
    return this.leases.claim(request);
  }

  renew(token: number, ids: readonly string[], leaseUntil: number, leaseMs: number): readonly string[] {
    return this.leases.renew(token, ids, leaseUntil, leaseMs);
  }

  settle(token: number, settlements: readonly Settlement[]): readonly SettleResult[] {
    checkReplacements(this.index, settlements, (entry) => isHeldUnder(token, entry));
    return settlements.map((settlement) => this.#settleOne(token, settlement));
  }

  nextDue({
    now,
    principals,
  }: {
    readonly now: number;
    readonly principals?: Principals;
  }): number | undefined {
    if (this.index.first(principals) !== undefined) return now;
    const next = Math.min(this.index.nextDueAt(principals), this.leases.nextEnd(principals));
    return next === Infinity ? undefined : next;
  }

  clampTimes(now: number): void {
    for (const entry of this.index.entries()) {
      if (entry.delayMs === 0 || entry.dueAt <= now + entry.delayMs) continue;
      if (entry.state === 'leased') {
        this.leases.extend(entry, now + entry.delayMs);
      } else {
        this.#journal.changed(entry);
        entry.dueAt = 0;
        this.index.refresh(entry);
      }
    }
  }

  get(id: string): StoredOperation | undefined {
    return this.index.get(id)?.snapshot();
  }

  blockersOf(id: string): readonly string[] {
    const entry = this.index.get(id);
    return entry === undefined ? [] : this.index.blockersOf(entry);
  }

  list(query: ListQuery = {}): Page<StoredOperation> {
    const { after = 0, limit = 100 } = query;
    const items: StoredOperation[] = [];
    const { entity, states } = query;
    // Most queues hold nothing that is parked or dead, and need not be searched for it.
    if (states?.every((state) => this.index.byState[state] === 0)) return { items };
    const entries = entity === undefined ? this.index.entries(after) : this.index.laneEntries(entity, after);
    for (const entry of entries) {
      if (!matches(entry, query)) continue;
      if (items.length === limit) return { items, next: (items.at(-1) as StoredOperation).sequence };
      items.push(entry.snapshot());
    }
    return { items };
  }

  stats(): StorageStats {
    const [oldest] = this.index.entries();
    const stats: StorageStats = {
      total: this.index.size,
      byState: { ...this.index.byState },
      byPriority: Object.fromEntries(this.index.byPriority),
      quarantined: 0,
    };
    return oldest === undefined ? stats : { ...stats, oldestCreatedAt: oldest.operation.createdAt };
  }

  requeue(ids: readonly string[], states?: readonly OperationState[]): readonly string[] {
    return ids.filter((id) => {
      const entry = this.index.get(id);
      if (entry === undefined || !REQUEUEABLE.has(entry.state)) return false;
      if (states !== undefined && !(states as readonly string[]).includes(entry.state)) return false;
      if (entry.state !== 'scheduled') entry.attempts = 0;
      this.#free(entry);
      this.index.refresh(entry);
      return true;
    });
  }

  discard(ids: readonly string[]): readonly StoredOperation[] {
    const entries = ids.map((id) => this.index.get(id)).filter((entry) => entry !== undefined);
    const discarded = new Set(entries.filter((entry) => entry.state !== 'leased'));
    return [...discarded].map((entry) => {
      const snapshot = entry.snapshot();
      this.#remove(entry);
      return snapshot;
    });
  }

  replace(id: string, operation: NewOperation): boolean {
    const entry = this.index.get(id);
    if (entry === undefined || entry.state === 'leased') return false;
    checkReplacements(this.index, [{ id, kind: 'replace', operation }], () => true);
    this.#replaceEntry(entry, operation);
    return true;
  }

  restore(operations: readonly StoredOperation[]): readonly string[] {
    return operations
      .filter((operation) => this.index.get(operation.id) === undefined)
      .map((operation) => {
        this.#restoreOne(operation);
        return operation.id;
      });
  }

  /** Remembers a permanent id for what is enqueued later; what is in the queue stays as it is. */
  remember(assignment: IdAssignment): void {
    this.#assignments.remember(assignment);
  }

  /** Remembers what became of an id, as somebody else saw it. */
  recall(id: string, fate: Fate): void {
    this.#past.remember(id, fate);
  }

  /** Remembers a permanent id and puts it into what mentions the temporary one and was never attempted. */
  assign(assignment: IdAssignment): void {
    const { from, to } = assignment;
    this.#journal.assigned(assignment);
    this.#assignments.remember(assignment);
    for (const entry of this.index.referring(from)) {
      if (entry.attempted) continue;
      this.index.exchange(
        entry,
        rewriteReferences(entry.operation, (id) => (id === from ? to : undefined)),
      );
    }
  }

  #settleOne(token: number, settlement: Settlement): SettleResult {
    const entry = this.index.get(settlement.id);
    if (!isHeldUnder(token, entry)) return 'stale';
    this.#journal.changed(entry);
    this.#journal.leased(entry);
    entry.history = appendAttempt(entry.history, settlement.attempt);
    if (settlement.kind === 'remove') {
      if (settlement.version !== undefined) this.#moveFollowers(entry, settlement.version);
      this.#remove(entry);
      if (settlement.assign !== undefined) this.assign(settlement.assign);
      return 'settled';
    }
    this.#settleKept(entry, settlement);
    this.index.refresh(entry);
    if (entry.lane?.head) this.index.refresh(entry.lane.head);
    return 'settled';
  }

  /** Puts what was made on top of the same version on top of the new one. */
  #moveFollowers({ next, operation: { principal } }: Entry, { from, to }: VersionChange): void {
    for (
      let left = MOVED_FOLLOWERS, entry = next;
      left > 0 && entry !== undefined;
      left--, entry = entry.next
    ) {
      const { operation } = entry;
      if (entry.attempted || operation.baseVersion !== from || operation.principal !== principal) continue;
      entry.operation = { ...operation, baseVersion: to };
      this.#journal.changed(entry);
    }
  }

  #settleKept(entry: Entry, settlement: Exclude<Settlement, { kind: 'remove' }>): void {
    entry.dueAt = 0;
    entry.delayMs = 0;
    this.index.setState(entry, 'blocked');
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
        if (settlement.sent === false) entry.attempted = entry.attemptedBefore;
        this.index.setState(entry, settlement.state);
        break;
      case 'replace':
        this.#replaceEntry(entry, settlement.operation);
        break;
    }
  }

  #replaceEntry(entry: Entry, operation: NewOperation): void {
    this.#free(entry);
    entry.attempts = 0;
    entry.attempted = false;
    this.#leave(entry.operation.id, operation.id);
    this.index.exchange(entry, followSuccessors(operation, this.#lookup));
  }

  #remove(entry: Entry): void {
    this.index.remove(entry);
    this.#leave(entry.operation.id, null);
  }

  #leave(id: string, fate: Fate): void {
    this.#journal.left(id, fate);
    this.#past.remember(id, fate);
  }

  /** Frees an entry from its hold and its wait. */
  #free(entry: Entry): void {
    this.#journal.changed(entry);
    entry.failure = undefined;
    entry.dueAt = 0;
    entry.delayMs = 0;
    this.index.setState(entry, 'blocked');
  }

  #restoreOne(stored: StoredOperation): void {
    const { state, attempted } = stored;
    const given = withoutStorageFields(stored);
    const known = attempted ? given : rewriteReferences(given, (id) => this.#assignments.permanentIdOf(id));
    const entry = this.index.add(followSuccessors(known, this.#lookup));
    applyKeptState(this.index, entry, {
      ...stored,
      ...((state === 'parked' || state === 'deadLetter') && { hold: state }),
      // What was blocked may have a schedule of its own that nobody has looked at yet.
      dueAt: state === 'scheduled' ? stored.dueAt : state === 'blocked' ? entry.dueAt : 0,
      delayMs: state === 'scheduled' ? stored.delayMs : 0,
    });
  }
}

function isHeldUnder(token: number, entry: Entry | undefined): entry is Entry {
  return entry?.state === 'leased' && entry.token === token;
}

function matches(entry: Entry, query: ListQuery): boolean {
  const { kind, principal } = entry.operation;
  return (
    (query.states?.includes(entry.state) ?? true) &&
    (query.kind === undefined || query.kind === kind) &&
    (query.principals?.includes(principal) ?? true)
  );
}
