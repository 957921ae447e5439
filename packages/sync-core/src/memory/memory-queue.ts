import {
  type NewOperation,
  type StoredOperation,
  withoutStorageFields,
} from '../operation/operation-record.js';
import { originOf } from '../operation/origin.js';
import type { NewOutcome } from '../ports/outcome-record.js';
import type { AttemptRecord, OperationState } from '../operation/operation.js';
import type { SignInResult, SignInRules } from '../ports/sign-in.js';
import type {
  Claim,
  ClaimRequest,
  DiscardOptions,
  EnqueueResult,
  EnqueueRules,
  IdAssignment,
  ListQuery,
  Page,
  NextDueRequest,
  Settlement,
  SettleResult,
  StorageStats,
  VersionChange,
} from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';
import { Adoption } from '../rules/adoption.js';
import { MOVED_FOLLOWERS, SUPERSEDING_FOLLOWERS } from '../rules/bounds.js';
import { isEnd, mayTakeMeaning, supersededBy } from '../rules/endings.js';
import { referenceEnded } from '../rules/ended.js';
import {
  ENDED,
  endedReference,
  type Fate,
  followSuccessors,
  isFreed,
  type KnownIds,
  withAssignment,
  withKnownIds,
} from '../rules/known-ids.js';
import { matches } from '../rules/matches.js';
import { outcomeFor } from '../rules/outcomes.js';
import {
  isTooLong,
  leaseEndAfterSetting,
  mayRequeue,
  parkedProgress,
  type Progress,
  replacedProgress,
  requeuedProgress,
  restoredProgress,
  settledProgress,
} from '../rules/progress.js';
import { checkReplacements } from '../rules/replacements.js';
import { isMovable, withVersion } from '../rules/version-moves.js';
import { Assignments } from './assignments.js';
import { enqueueBatch, type EnqueueContext } from './enqueue-batch.js';
import type { Entry } from './entry.js';
import { withAllFollowers } from './all-followers.js';
import { LeaseBook } from './lease-book.js';
import { OperationIndex } from './operation-index.js';
import { parkReferring } from './park-referring.js';
import { Past } from './past.js';
import { SILENT_JOURNAL, type QueueJournal } from './queue-journal.js';

/**
 * The rules of the `QueueStorage` port on a queue in memory, each method one synchronous step that happens whole.
 * A storage that keeps the queue elsewhere runs its steps here and writes down what its journal heard.
 */
export class MemoryQueue {
  readonly index: OperationIndex;
  readonly leases: LeaseBook;
  /** Who is signed in. */
  principal: string | undefined;
  readonly #assignments = new Assignments();
  #hasLostAssignments = false;
  readonly #past = new Past();
  readonly #known: KnownIds = {
    isPresent: (id) => this.index.get(id) !== undefined,
    fateOf: (id) => this.#past.fateOf(id),
    permanentIdOf: (id) => this.#assignments.permanentIdOf(id),
    isLost: (id) => this.#isLost(id),
  };
  readonly #journal: QueueJournal;
  readonly #quarantined: () => Iterable<string>;

  /** @param quarantined - the ids of what a storage put aside since it was damaged */
  constructor(journal: QueueJournal = SILENT_JOURNAL, quarantined: () => Iterable<string> = () => []) {
    this.#journal = journal;
    this.#quarantined = quarantined;
    this.index = new OperationIndex(journal);
    this.leases = new LeaseBook(this.index, journal);
  }

  enqueue(batches: readonly (readonly NewOperation[])[], rules: EnqueueRules = {}): readonly EnqueueResult[] {
    const context: EnqueueContext = {
      index: this.index,
      assignments: this.#assignments,
      past: this.#past,
      isLost: (id) => this.#isLost(id),
      leave: (id, fate) => this.#leave(id, fate),
      tell: (id, outcome) => this.#journal.told(id, outcome),
    };
    return batches.map((batch) => enqueueBatch(context, batch, rules));
  }

  claim(request: ClaimRequest): Claim {
    const { signedIn, now } = request;
    for (const id of this.#quarantined()) if (this.#isGone(id)) this.#parkMentions(id, now);
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

  clampTimes(now: number, aheadMs = 0): void {
    for (const entry of this.index.entries()) {
      const { state, dueAt, delayMs } = entry;
      if (state === 'leased') {
        const end = leaseEndAfterSetting(dueAt, delayMs, now, aheadMs);
        if (end !== dueAt) this.leases.extend(entry, end);
      } else if (isTooLong(dueAt, delayMs, now)) {
        this.index.settle(entry, { ...entry.progress, dueAt: 0, delayMs: 0 });
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

  followersOf(id: string, limit = 100): readonly StoredOperation[] {
    const entry = this.index.get(id);
    const found: StoredOperation[] = [];
    if (entry === undefined) return found;
    for (const follower of this.index.followersOf(entry)) {
      if (found.length >= limit) break;
      found.push(follower.snapshot());
    }
    return found;
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
      if (entry === undefined || !mayRequeue(entry, states)) return false;
      if (endedReference(entry.operation, this.#known) !== undefined) return false;
      this.index.settle(entry, requeuedProgress(entry, entry.state));
      return true;
    });
  }

  discard(
    ids: readonly string[],
    { withFollowers = false, at }: DiscardOptions = {},
  ): readonly StoredOperation[] {
    const named = ids.map((id) => this.index.get(id)).filter((entry) => entry !== undefined);
    const free = named.filter((entry) => entry.state !== 'leased');
    const discarded = [...(withFollowers ? withAllFollowers(this.index, free) : new Set(free))];
    discarded.sort((a, b) => a.sequence - b.sequence);
    const snapshots = discarded.map((entry) => {
      const snapshot = entry.snapshot();
      this.#remove(entry, ENDED);
      this.#journal.told(entry.id, outcomeFor(snapshot, 'discarded', { at }));
      return snapshot;
    });
    // Once all are gone, so that none of them is parked on its way.
    for (const entry of discarded) this.#parkReferring(entry, at);
    return snapshots;
  }

  replace(id: string, operation: NewOperation, at?: number): boolean {
    const entry = this.index.get(id);
    if (entry === undefined || entry.state === 'leased') return false;
    checkReplacements(
      [{ id, kind: 'replace', operation }],
      () => true,
      (other) => this.#known.isPresent(other),
    );
    if (id !== operation.id)
      this.#journal.told(id, outcomeFor(entry.operation, 'replaced', { at, into: operation.id }));
    this.#replaceEntry(entry, operation, at);
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
      this.#remove(entry, ENDED);
      this.#journal.told(entry.id, outcomeFor(entry.operation, 'discarded'));
    }
    this.#journal.purged(principals);
    for (const entry of gone) this.#parkReferring(entry, undefined);
    return gone.length;
  }

  /** An operation came back into its place: it takes what became known of the things that it mentions while it was away. */
  readmit(entry: Entry): void {
    if (entry.attempted) return;
    const operation = withKnownIds(entry.operation, this.#known, false);
    this.index.exchange(entry, operation, this.#parked(operation, entry.progress));
  }

  /** Remembers a permanent id for what is enqueued later; what is in the queue stays as it is. */
  remember(assignment: IdAssignment): void {
    this.#assignments.remember(assignment);
  }

  /** Some permanent ids cannot be read any more: what mentions a delivered thing without one waits from now on. */
  loseAssignments(): void {
    this.#hasLostAssignments = true;
  }

  /** Whether the id is in the queue, or its end is remembered. */
  isKnown(id: string): boolean {
    return this.#known.isPresent(id) || this.#past.fateOf(id) !== undefined;
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
      if (entry.state === 'parked' && entry.failure && isFreed(operation, entry.failure, this.#known))
        this.index.settle(entry, requeuedProgress(entry, entry.state));
    }
  }

  #settleOne(token: number, settlement: Settlement): SettleResult {
    const entry = this.index.get(settlement.id);
    if (!isHeldUnder(token, entry)) return 'stale';
    this.#journal.leased(entry);
    const superseding = settlement.kind === 'hold' ? this.#superseding(entry, settlement) : undefined;
    if (superseding !== undefined) {
      this.#end(entry, settlement.outcome && supersededBy(superseding.id, settlement.outcome));
      return 'superseded';
    }
    const { outcome } = settlement;
    if (outcome !== undefined && settlement.kind !== 'remove') this.#journal.told(entry.id, outcome);
    switch (settlement.kind) {
      case 'remove':
        this.#settleRemoval(entry, settlement);
        break;
      case 'replace':
        this.#replaceEntry(entry, settlement.operation, outcome?.at, settlement.attempt);
        break;
      default: {
        const { attempts, attemptedBefore: attempted, history } = entry;
        this.index.settle(entry, settledProgress({ attempts, attempted, history }, settlement));
      }
    }
    return 'settled';
  }

  #settleRemoval(entry: Entry, { outcome, version, assign }: Extract<Settlement, { kind: 'remove' }>): void {
    if (isEnd(outcome)) {
      this.#end(entry, outcome);
      return;
    }
    if (version !== undefined) this.#moveFollowers(entry, version);
    this.#remove(entry, null);
    if (outcome !== undefined) this.#journal.told(entry.id, outcome);
    if (assign !== undefined) this.assign(assign);
  }

  /** It leaves undelivered, and what it would have made never comes to be. */
  #end(entry: Entry, outcome: NewOutcome | undefined): void {
    this.#remove(entry, ENDED);
    if (outcome !== undefined) this.#journal.told(entry.id, outcome);
    this.#parkReferring(entry, outcome?.at);
  }

  /** The one behind an entry that takes its meaning, where its settlement lets it. */
  #superseding(
    entry: Entry,
    { state, afterFailure }: Extract<Settlement, { kind: 'hold' }>,
  ): Entry | undefined {
    if (state !== 'deadLetter' || afterFailure !== 'supersede') return undefined;
    if (entry.dependents !== undefined && entry.dependents.entries.size > 0) return undefined;
    let follower = entry.next;
    for (let left = SUPERSEDING_FOLLOWERS; left > 0 && follower !== undefined; left--) {
      if (mayTakeMeaning(follower, entry)) return follower;
      follower = follower.next;
    }
    return undefined;
  }

  #parkReferring({ operation }: Entry, at: number | undefined): void {
    this.#parkMentions(originOf(operation), at);
  }

  #parkMentions(temporaryId: string, at: number | undefined): void {
    for (const { entry, outcome } of parkReferring(this.index, temporaryId, this.#known, at))
      this.#journal.told(entry.id, outcome);
  }

  #isLost(id: string): boolean {
    const isDelivered = this.index.get(id) === undefined && this.#past.fateOf(id) === null;
    if (isDelivered) return this.#hasLostAssignments;
    if (!this.#isGone(id)) return false;
    for (const lost of this.#quarantined()) if (lost === id) return true;
    return false;
  }

  /** What is enqueued anew under an id takes the place of what was put aside. */
  #isGone(id: string): boolean {
    return this.index.get(id) === undefined && this.#past.fateOf(id) === undefined;
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

  #replaceEntry(
    entry: Entry,
    operation: NewOperation,
    at: number | undefined,
    attempt?: AttemptRecord,
  ): void {
    this.#leave(entry.id, operation.id);
    const known = followSuccessors(operation, this.#known);
    this.index.exchange(entry, known, this.#parked(known, replacedProgress(entry.history, attempt), at));
  }

  /** The progress of an operation that takes a place: parked where it mentions what never came to be. */
  #parked(operation: NewOperation, progress: Progress, at?: number): Progress {
    if (operation.references.length === 0 || progress.hold !== undefined) return progress;
    const ended = endedReference(operation, this.#known);
    if (ended === undefined) return progress;
    const failure = referenceEnded(ended);
    this.#journal.told(operation.id, outcomeFor(operation, 'parked', { at, failure }));
    return parkedProgress(progress, failure);
  }

  #remove(entry: Entry, fate: Fate): void {
    this.index.remove(entry);
    this.#leave(entry.operation.id, fate);
  }

  #leave(id: string, fate: Fate): void {
    this.#journal.left(id, fate);
    this.#past.remember(id, fate);
  }

  #restoreOne(stored: StoredOperation): void {
    const operation = withKnownIds(withoutStorageFields(stored), this.#known, stored.attempted);
    const progress = restoredProgress(stored);
    this.index.add(operation, undefined, stored.attempted ? progress : this.#parked(operation, progress));
  }
}

function isHeldUnder(token: number, entry: Entry | undefined): entry is Entry {
  return entry?.state === 'leased' && entry.token === token;
}
