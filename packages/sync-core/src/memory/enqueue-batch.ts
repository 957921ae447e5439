import type { SyncFailure } from '../errors/sync-failure.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import { originOf } from '../operation/origin.js';
import type { NewOutcome } from '../ports/outcome-record.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import { referenceEnded } from '../rules/ended.js';
import { decideEnqueue, type EnqueueQuestions, type Refusal } from '../rules/enqueue.js';
import type { Meeting } from '../rules/meeting.js';
import { endedReference, type Fate, type KnownIds, withKnownIds } from '../rules/known-ids.js';
import { outcomeFor } from '../rules/outcomes.js';
import { newProgress, parkedProgress, type Progress, stateOfHold } from '../rules/progress.js';
import { withSuperseded } from '../rules/vanishing.js';
import type { Assignments } from './assignments.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';
import { parkReferring } from './park-referring.js';
import type { Past } from './past.js';

/** What an `enqueue` looks at, and where it says what became of an id. */
export interface EnqueueContext {
  readonly index: OperationIndex;
  readonly assignments: Assignments;
  readonly past: Past;
  readonly isLost: (id: string) => boolean;
  readonly leave: (id: string, fate: Fate) => void;
  readonly tell: (id: string, outcome: NewOutcome) => void;
}

/** Adds one caller's batch to the index, whole or not at all. */
export function enqueueBatch(
  context: EnqueueContext,
  batch: readonly NewOperation[],
  rules: EnqueueRules,
): EnqueueResult {
  const step = new EnqueueStep(context, rules);
  const receipts: StorageReceipt[] = [];
  for (const [at, incoming] of batch.entries()) {
    const receipt = step.enqueue(incoming);
    if (typeof receipt === 'string') {
      step.undo();
      return { ok: false, code: receipt, index: at };
    }
    receipts.push(receipt);
  }
  step.finish();
  return { ok: true, receipts };
}

/** One batch on its way into the index, with the way back. */
class EnqueueStep implements EnqueueQuestions<Entry>, KnownIds {
  readonly appendingFindsTaken = false;
  readonly #context: EnqueueContext;
  readonly #index: OperationIndex;
  readonly #rules: EnqueueRules;
  readonly #undo: (() => void)[] = [];
  /** What became of ids in this batch; made when first needed. */
  #fates: Map<string, Fate> | undefined;
  readonly #told: (readonly [id: string, outcome: NewOutcome])[] = [];

  constructor(context: EnqueueContext, rules: EnqueueRules) {
    this.#context = context;
    this.#index = context.index;
    this.#rules = rules;
  }

  enqueue(given: NewOperation): StorageReceipt | Refusal {
    const operation = withKnownIds(given, this);
    const decision = decideEnqueue(given, operation, this.#rules, this);
    if (decision === 'append') return this.#append(operation);
    return typeof decision === 'object' && 'gone' in decision ? this.#meet(operation, decision) : decision;
  }

  undo(): void {
    for (const step of this.#undo.reverse()) step();
  }

  /** The batch stands: what became of ids is remembered from now on. */
  finish(): void {
    for (const [id, fate] of this.#fates ?? []) this.#context.leave(id, fate);
    for (const [id, outcome] of this.#told) this.#context.tell(id, outcome);
  }

  get size(): number {
    return this.#index.size;
  }

  isPresent(id: string): boolean {
    return this.#index.get(id) !== undefined;
  }

  fateOf(id: string): Fate | undefined {
    const fate = this.#fates?.get(id);
    return fate === undefined ? this.#context.past.fateOf(id) : fate;
  }

  isLost(id: string): boolean {
    return this.#context.isLost(id);
  }

  permanentIdOf(temporaryId: string): string | undefined {
    return this.#context.assignments.permanentIdOf(temporaryId);
  }

  present(id: string): NewOperation | undefined {
    return this.#index.get(id)?.operation;
  }

  tailOf(lane: string): Entry | undefined {
    return this.#index.lane(lane)?.tail;
  }

  stored(tail: Entry): StoredOperation {
    return tail.snapshot();
  }

  isInLane(id: string, { lane }: Entry): boolean {
    return this.#index.get(id)?.lane === lane;
  }

  waitsFor(tail: Entry, id: string): boolean {
    const other = this.#index.get(id);
    return other !== undefined && tail.blockers?.has(other) === true;
  }

  isWaitedFor({ dependents }: Entry, besides: ReadonlySet<string>): boolean {
    if (dependents === undefined) return false;
    for (const { id } of dependents.entries) if (!besides.has(id)) return true;
    return false;
  }

  deadHeadOf(lane: string): Entry | undefined {
    const head = this.#index.lane(lane)?.head;
    return head?.state === 'deadLetter' ? head : undefined;
  }

  *aheadOf(one: Entry): Iterable<Entry> {
    for (let ahead = one.previous; ahead !== undefined; ahead = ahead.previous) yield ahead;
  }

  #append(operation: NewOperation): StorageReceipt {
    const { progress, parked } = this.#parked(operation, newProgress(operation));
    const entry = this.#index.add(operation, undefined, progress);
    this.#undo.push(() => this.#index.remove(entry));
    const heldBy = this.#index.holderOf(entry)?.id;
    return {
      kind: 'enqueued',
      sequence: entry.sequence,
      ...(heldBy !== undefined && { heldBy }),
      ...(parked !== undefined && { parked }),
    };
  }

  #meet(operation: NewOperation, meeting: Meeting<Entry>): StorageReceipt {
    this.#fates ??= new Map();
    for (const [id, fate] of meeting.fates) this.#fates.set(id, fate);
    this.#told.push(...meeting.told);
    for (const entry of meeting.gone) this.#drop(entry);
    for (const entry of meeting.gone) this.#parkReferring(entry, operation.createdAt);
    return withSuperseded(this.#enter(operation, meeting), meeting.superseded);
  }

  #enter(operation: NewOperation, meeting: Meeting<Entry>): StorageReceipt {
    switch (meeting.kind) {
      case 'append':
        return this.#append(operation);
      case 'merged':
        return this.#merge(meeting.tail, meeting.operation);
      case 'cancelled':
        return meeting.receipt;
    }
  }

  #drop(entry: Entry): void {
    const { hold } = entry.progress;
    this.#index.remove(entry);
    this.#undo.push(() => {
      entry.state = hold === undefined ? 'blocked' : stateOfHold(hold);
      this.#index.putBack(entry);
    });
  }

  #parkReferring(gone: Entry, at: number): void {
    for (const { entry, before, outcome } of parkReferring(this.#index, originOf(gone.operation), this, at)) {
      this.#told.push([entry.id, outcome]);
      this.#undo.push(() => this.#index.settle(entry, before));
    }
  }

  #merge(tail: Entry, operation: NewOperation): StorageReceipt {
    const { operation: before, progress: progressBefore } = tail;
    const { progress, parked } = this.#parked(operation, newProgress(operation, tail.history));
    this.#index.exchange(tail, operation, progress);
    this.#undo.push(() => this.#index.exchange(tail, before, progressBefore));
    const heldBy = this.#index.holderOf(tail)?.id;
    return {
      kind: 'coalesced',
      into: tail.id,
      ...(heldBy !== undefined && { heldBy }),
      ...(parked !== undefined && { parked }),
    };
  }

  /** The progress of an operation that enters, and why it is parked, where it mentions what never came to be. */
  #parked(
    operation: NewOperation,
    progress: Progress,
  ): { readonly progress: Progress; readonly parked?: SyncFailure } {
    const ended = operation.references.length === 0 ? undefined : endedReference(operation, this);
    if (ended === undefined) return { progress };
    const parked = referenceEnded(ended);
    this.#told.push([
      operation.id,
      outcomeFor(operation, 'parked', { at: operation.createdAt, failure: parked }),
    ]);
    return { progress: parkedProgress(progress, parked), parked };
  }
}
