import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import { decideEnqueue, type EnqueueQuestions, type Joining, type Refusal } from '../rules/enqueue.js';
import { type Fate, type KnownIds, withKnownIds } from '../rules/known-ids.js';
import { newProgress } from '../rules/progress.js';
import type { Assignments } from './assignments.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';
import type { Past } from './past.js';

/** What an `enqueue` looks at, and where it says what became of an id. */
export interface EnqueueContext {
  readonly index: OperationIndex;
  readonly assignments: Assignments;
  readonly past: Past;
  readonly leave: (id: string, fate: Fate) => void;
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

  constructor(context: EnqueueContext, rules: EnqueueRules) {
    this.#context = context;
    this.#index = context.index;
    this.#rules = rules;
  }

  enqueue(given: NewOperation): StorageReceipt | Refusal {
    const operation = withKnownIds(given, this);
    const decision = decideEnqueue(given, operation, this.#rules, this);
    if (decision === 'append') return this.#append(operation);
    return typeof decision === 'object' && 'tail' in decision ? this.#join(decision) : decision;
  }

  undo(): void {
    for (const step of this.#undo.reverse()) step();
  }

  /** The batch stands: what became of ids is remembered from now on. */
  finish(): void {
    for (const [id, fate] of this.#fates ?? []) this.#context.leave(id, fate);
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

  hasDependents({ dependents }: Entry): boolean {
    return dependents !== undefined && dependents.entries.size > 0;
  }

  #append(operation: NewOperation): StorageReceipt {
    const entry = this.#index.add(operation);
    this.#undo.push(() => this.#index.remove(entry));
    return { kind: 'enqueued', sequence: entry.sequence };
  }

  #join(joining: Joining<Entry>): StorageReceipt {
    if (joining.kind === 'merged') this.#merge(joining.tail, joining.operation);
    else this.#cancel(joining.tail);
    this.#fates ??= new Map();
    for (const [id, fate] of joining.fates) this.#fates.set(id, fate);
    return joining.receipt;
  }

  #cancel(tail: Entry): void {
    this.#index.remove(tail);
    this.#undo.push(() => this.#index.putBack(tail));
  }

  #merge(tail: Entry, operation: NewOperation): void {
    const { operation: before, progress } = tail;
    this.#index.exchange(tail, operation, newProgress(operation, tail.history));
    this.#undo.push(() => this.#index.exchange(tail, before, progress));
  }
}
