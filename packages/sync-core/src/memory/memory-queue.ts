import {
  type NewOperation,
  type StoredOperation,
  withoutStorageFields,
} from '../operation/operation-record.js';
import type { AttemptRecord, OperationState } from '../operation/operation.js';
import type { SignedIn, SignInResult, SignInRules } from '../ports/sign-in.js';
import type {
  Claim,
  ClaimRequest,
  EnqueueResult,
  EnqueueRules,
  IdAssignment,
  ListQuery,
  Page,
  Principals,
  NextDueRequest,
  QuarantinedRecord,
  Settlement,
  SettleResult,
  StorageStats,
  VersionChange,
} from '../ports/queue-storage.js';
import { Adoption } from '../rules/adoption.js';
import { MOVED_FOLLOWERS } from '../rules/bounds.js';
import {
  type Fate,
  followSuccessors,
  type KnownIds,
  withAssignment,
  withKnownIds,
} from '../rules/known-ids.js';
import { matches } from '../rules/matches.js';
import {
  isTooLong,
  mayRequeue,
  replacedProgress,
  requeuedProgress,
  restoredProgress,
  settledProgress,
} from '../rules/progress.js';
import { checkReplacements } from '../rules/replacements.js';
import { isMovable, withVersion } from '../rules/version-moves.js';
import type { QueueSteps } from '../storage/queue-steps.js';
import { Assignments } from './assignments.js';
import { enqueueBatch, type EnqueueContext } from './enqueue-batch.js';
import type { Entry } from './entry.js';
import { LeaseBook } from './lease-book.js';
import { OperationIndex } from './operation-index.js';
import { Past } from './past.js';
import { SILENT_JOURNAL, type QueueJournal } from './queue-journal.js';

/**
 * The rules of the `QueueStorage` port on a queue in memory, each method one synchronous step that happens whole.
 * A storage that keeps the queue elsewhere runs its steps here and writes down what its journal heard.
 */
export class MemoryQueue implements QueueSteps {
  readonly index: OperationIndex;
  readonly leases: LeaseBook;
  /** Who is signed in. */
  principal: string | undefined;
  readonly #assignments = new Assignments();
  readonly #past = new Past();
  readonly #known: KnownIds = {
    isPresent: (id) => this.index.get(id) !== undefined,
    fateOf: (id) => this.#past.fateOf(id),
    permanentIdOf: (id) => this.#assignments.permanentIdOf(id),
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
    const { signedIn } = request;
    if (signedIn === undefined || signedIn.principal === this.principal) return this.leases.claim(request);
    return { ...this.leases.claim({ ...request, limit: 0 }), signedIn: { principal: this.principal } };
  }

  renew(token: number, ids: readonly string[], leaseUntil: number, leaseMs: number): readonly string[] {
    return this.leases.renew(token, ids, leaseUntil, leaseMs);
  }

  settle(token: number, settlements: readonly Settlement[]): readonly SettleResult[] {
    checkReplacements(
      settlements,
      (id) => isHeldUnder(token, this.index.get(id)),
      (id) => this.#known.isPresent(id),
    );
    return settlements.map((settlement) => this.#settleOne(token, settlement));
  }

  nextDue({ now, ...asked }: NextDueRequest): number | undefined {
    if (this.index.first(asked) !== undefined) return now;
    const next = Math.min(this.index.nextDueAt(asked), this.leases.nextEnd(asked.principals));
    return next === Infinity ? undefined : next;
  }

  clampTimes(now: number): void {
    for (const entry of this.index.entries()) {
      if (!isTooLong(entry.dueAt, entry.delayMs, now)) continue;
      if (entry.state === 'leased') this.leases.extend(entry, now + entry.delayMs);
      else this.index.settle(entry, { ...entry.progress, dueAt: 0, delayMs: 0 });
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
    const entries = entity === undefined ? this.index.entries(after) : this.index.entriesOf(entity, after);
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
      if (entry === undefined || !mayRequeue(entry.state, states)) return false;
      this.index.settle(entry, requeuedProgress(entry, entry.state));
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
    checkReplacements(
      [{ id, kind: 'replace', operation }],
      () => true,
      (other) => this.#known.isPresent(other),
    );
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

  signIn(principal: string | undefined, rules: SignInRules = {}): SignInResult {
    this.principal = principal;
    const adoption = Adoption.of(principal, rules);
    const adopted =
      adoption === undefined
        ? []
        : [...this.index.entries()].filter((entry) => entry.principal === undefined && adoption.takes(entry));
    for (const entry of adopted)
      this.index.exchange(entry, { ...entry.operation, principal }, entry.progress);
    return { adopted: adopted.map(({ id }) => id), purged: this.#purge(rules.purge ?? []) };
  }

  #purge(principals: Principals): number {
    if (principals.length === 0) return 0;
    const gone = [...this.index.entries()].filter((entry) => principals.includes(entry.principal));
    for (const entry of gone) {
      if (entry.state === 'leased') this.#journal.leased(entry);
      this.#remove(entry);
    }
    return gone.length;
  }

  signedIn(): SignedIn {
    return { principal: this.principal };
  }

  /** A queue in memory has no record that it cannot read; a storage that does has its own. */
  quarantined(): Page<QuarantinedRecord> {
    return { items: [] };
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
    this.#journal.assigned(assignment);
    this.#assignments.remember(assignment);
    for (const entry of this.index.referring(assignment.from)) {
      const operation = withAssignment(entry.operation, entry.attempted, assignment);
      if (operation !== entry.operation) this.index.exchange(entry, operation);
    }
  }

  #settleOne(token: number, settlement: Settlement): SettleResult {
    const entry = this.index.get(settlement.id);
    if (!isHeldUnder(token, entry)) return 'stale';
    this.#journal.leased(entry);
    switch (settlement.kind) {
      case 'remove':
        if (settlement.version !== undefined) this.#moveFollowers(entry, settlement.version);
        this.#remove(entry);
        if (settlement.assign !== undefined) this.assign(settlement.assign);
        break;
      case 'replace':
        this.#replaceEntry(entry, settlement.operation, settlement.attempt);
        break;
      default: {
        const { attempts, attemptedBefore: attempted, history } = entry;
        this.index.settle(entry, settledProgress({ attempts, attempted, history }, settlement));
      }
    }
    return 'settled';
  }

  /** Puts what was made on top of the same version on top of the new one. */
  #moveFollowers({ next, principal }: Entry, change: VersionChange): void {
    let follower = next;
    for (let left = MOVED_FOLLOWERS; left > 0 && follower !== undefined; left--) {
      const { operation } = follower;
      if (isMovable(follower, principal)) follower.operation = withVersion(operation, change);
      if (follower.operation !== operation) this.#journal.changed(follower);
      follower = follower.next;
    }
  }

  #replaceEntry(entry: Entry, operation: NewOperation, attempt?: AttemptRecord): void {
    this.#leave(entry.id, operation.id);
    const known = followSuccessors(operation, this.#known);
    this.index.exchange(entry, known, replacedProgress(entry.history, attempt));
  }

  #remove(entry: Entry): void {
    this.index.remove(entry);
    this.#leave(entry.operation.id, null);
  }

  #leave(id: string, fate: Fate): void {
    this.#journal.left(id, fate);
    this.#past.remember(id, fate);
  }

  #restoreOne(stored: StoredOperation): void {
    const operation = withKnownIds(withoutStorageFields(stored), this.#known, stored.attempted);
    this.index.add(operation, undefined, restoredProgress(stored));
  }
}

function isHeldUnder(token: number, entry: Entry | undefined): entry is Entry {
  return entry?.state === 'leased' && entry.token === token;
}
