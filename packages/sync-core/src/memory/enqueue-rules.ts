import type { NewOperation } from '../operation/operation-record.js';
import { rewriteReferences } from '../operation/rewrite-references.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import type { Assignments } from './assignments.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';
import { type Fate, followSuccessors, type IdLookup, type Past, successorOf } from './past.js';

type Refusal = 'OPERATION_ID_REUSED' | 'QUEUE_FULL';

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
class EnqueueStep implements IdLookup {
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

  enqueue(incoming: NewOperation): StorageReceipt | Refusal {
    const { id } = incoming;
    if (this.fateOf(id) !== undefined) return this.#repeated(id);
    const operation = this.#withKnownIds(incoming);
    const known = this.#index.get(id)?.operation;
    if (known !== undefined) {
      const { kind, payload } = known;
      const same = kind === incoming.kind && (payload === incoming.payload || payload === operation.payload);
      return same ? { kind: 'duplicate' } : 'OPERATION_ID_REUSED';
    }
    const joined = operation.coalesces ? this.#coalesce(operation) : undefined;
    if (joined !== undefined) return joined;
    if (this.#index.size >= (this.#rules.maxPending ?? Infinity)) return 'QUEUE_FULL';
    const entry = this.#index.add(operation);
    this.#undo.push(() => this.#index.remove(entry));
    return { kind: 'enqueued', sequence: entry.sequence };
  }

  isPresent(id: string): boolean {
    return this.#index.get(id) !== undefined;
  }

  fateOf(id: string): Fate | undefined {
    const fate = this.#fates?.get(id);
    return fate === undefined ? this.#context.past.fateOf(id) : fate;
  }

  undo(): void {
    for (const step of this.#undo.reverse()) step();
  }

  /** The batch stands: what became of ids is remembered from now on. */
  finish(): void {
    for (const [id, fate] of this.#fates ?? []) this.#context.leave(id, fate);
  }

  /** A repeat of what was taken before; its payload may have changed since, so it is not compared. */
  #repeated(id: string): StorageReceipt {
    const into = successorOf(id, this);
    return into === undefined || into === id ? { kind: 'duplicate' } : { kind: 'duplicate', into };
  }

  /** Permanent ids in the place of temporary ones, and successors in the place of what they replaced. */
  #withKnownIds(incoming: NewOperation): NewOperation {
    if (incoming.dependsOn.length === 0 && incoming.references.length === 0) return incoming;
    const { assignments } = this.#context;
    const rewritten = rewriteReferences(incoming, (id) => assignments.permanentIdOf(id));
    return followSuccessors(rewritten, this);
  }

  #coalesce(incoming: NewOperation): StorageReceipt | undefined {
    const { coalesce } = this.#rules;
    const tail = this.#index.lane(incoming.entity ?? '')?.tail;
    if (tail === undefined || coalesce === undefined || !mayJoin(tail, incoming, this.#index))
      return undefined;
    const coalescence = coalesce(tail.snapshot(), incoming);
    if (coalescence.kind === 'merged') return this.#merge(tail, incoming.id, coalescence.operation);
    if (coalescence.kind === 'none' || (tail.dependents?.size ?? 0) > 0) return undefined;
    const { id } = tail.operation;
    this.#index.remove(tail);
    this.#undo.push(() => {
      tail.state = 'blocked';
      this.#index.putBack(tail);
    });
    this.#leave(incoming.id, null);
    this.#leave(id, null);
    return { kind: 'cancelled', with: id };
  }

  #merge(tail: Entry, joining: string, operation: NewOperation): StorageReceipt {
    const { operation: before, dueAt } = tail;
    tail.dueAt = operation.scheduledAt > operation.createdAt ? operation.scheduledAt : 0;
    this.#index.setState(tail, 'blocked');
    this.#index.exchange(tail, { ...operation, id: before.id });
    this.#undo.push(() => {
      tail.dueAt = dueAt;
      this.#index.setState(tail, 'blocked');
      this.#index.exchange(tail, before);
    });
    this.#leave(joining, before.id);
    // Whoever repeats the enqueueing of the tail brings the payload of before.
    if (this.fateOf(before.id) === undefined) this.#leave(before.id, before.id);
    return { kind: 'coalesced', into: before.id };
  }

  #leave(id: string, fate: Fate): void {
    this.#fates ??= new Map();
    this.#fates.set(id, fate);
  }
}

/** The rules under which a tail may be offered to `Coalesce`; see its documentation. */
function mayJoin(tail: Entry, incoming: NewOperation, index: OperationIndex): boolean {
  const { principal } = tail.operation;
  const isWaitedFor = (id: string): boolean => {
    const other = index.get(id);
    // The tail itself is waited for by joining it, and what stands ahead of it in its lane by standing behind it.
    return other === undefined || other.lane === tail.lane || other.dependents?.has(tail) === true;
  };
  return (
    !tail.attempted &&
    (tail.state === 'waiting' || tail.state === 'scheduled' || tail.state === 'blocked') &&
    principal === incoming.principal &&
    incoming.dependsOn.every(isWaitedFor)
  );
}
