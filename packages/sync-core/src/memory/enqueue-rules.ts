import type { NewOperation } from '../operation/operation-record.js';
import { rewriteReferences } from '../operation/rewrite-references.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import type { Assignments } from './assignments.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';

type Refusal = 'OPERATION_ID_REUSED' | 'QUEUE_FULL';

/** Adds one caller's batch to the index, whole or not at all. */
export function enqueueBatch(
  index: OperationIndex,
  assignments: Assignments,
  batch: readonly NewOperation[],
  rules: EnqueueRules,
): EnqueueResult {
  const step = new EnqueueStep(index, assignments, rules);
  const receipts: StorageReceipt[] = [];
  for (const [at, incoming] of batch.entries()) {
    const receipt = step.enqueue(incoming);
    if (typeof receipt === 'string') {
      step.undo();
      return { ok: false, code: receipt, index: at };
    }
    receipts.push(receipt);
  }
  return { ok: true, receipts };
}

/** One batch on its way into the index, with the way back. */
class EnqueueStep {
  readonly #index: OperationIndex;
  readonly #assignments: Assignments;
  readonly #rules: EnqueueRules;
  readonly #undo: (() => void)[] = [];

  constructor(index: OperationIndex, assignments: Assignments, rules: EnqueueRules) {
    this.#index = index;
    this.#assignments = assignments;
    this.#rules = rules;
  }

  enqueue(incoming: NewOperation): StorageReceipt | Refusal {
    const known = this.#index.get(incoming.id);
    const operation =
      incoming.references.length === 0
        ? incoming
        : rewriteReferences(incoming, (temporaryId) => this.#assignments.permanentIdOf(temporaryId));
    if (known !== undefined) {
      const { kind, payload } = known.operation;
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

  undo(): void {
    for (const step of this.#undo.reverse()) step();
  }

  #coalesce(incoming: NewOperation): StorageReceipt | undefined {
    const { coalesce } = this.#rules;
    const tail = this.#index.lane(incoming.entity ?? '')?.tail;
    if (tail === undefined || coalesce === undefined || !mayJoin(tail, incoming, this.#index))
      return undefined;
    const coalescence = coalesce(tail.snapshot(), incoming);
    if (coalescence.kind === 'merged') return this.#merge(tail, coalescence.operation);
    if (coalescence.kind === 'none' || (tail.dependents?.size ?? 0) > 0) return undefined;
    this.#index.remove(tail);
    this.#undo.push(() => {
      tail.state = 'blocked';
      this.#index.putBack(tail);
    });
    return { kind: 'cancelled', with: tail.operation.id };
  }

  #merge(tail: Entry, operation: NewOperation): StorageReceipt {
    const { operation: before, dueAt } = tail;
    tail.dueAt = operation.scheduledAt > operation.createdAt ? operation.scheduledAt : 0;
    this.#index.setState(tail, 'blocked');
    this.#index.exchange(tail, { ...operation, id: before.id });
    this.#undo.push(() => {
      tail.dueAt = dueAt;
      this.#index.setState(tail, 'blocked');
      this.#index.exchange(tail, before);
    });
    return { kind: 'coalesced', into: before.id };
  }
}

/** The rules under which a tail may be offered to `Coalesce`; see its documentation. */
function mayJoin(tail: Entry, incoming: NewOperation, index: OperationIndex): boolean {
  const { principal } = tail.operation;
  const isWaitedFor = (id: string): boolean => {
    const other = index.get(id);
    return other === undefined || other === tail || other.dependents?.has(tail) === true;
  };
  return (
    !tail.attempted &&
    (tail.state === 'waiting' || tail.state === 'scheduled' || tail.state === 'blocked') &&
    principal === incoming.principal &&
    incoming.dependsOn.every(isWaitedFor)
  );
}
