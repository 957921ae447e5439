import type { EnqueueResult, EnqueueRules, NewOperation, StorageReceipt } from '@cpc/sync-core';
import { followSuccessors, rewriteReferences, successorOf } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { append, exchange, freshProgress, remove } from './order.js';
import { logOf } from './attempt-log.js';
import { type Placed, placedFromRow } from './place.js';
import type { QueueTransaction } from './queue-transaction.js';

type Refusal = 'OPERATION_ID_REUSED' | 'QUEUE_FULL';

/** What takes back a part of a transaction, for a batch of several operations that is refused half way. */
export interface Savepoint {
  set(): void;
  keep(): void;
  takeBack(): void;
}

/** Adds one caller's batch, whole or not at all. */
export function enqueueBatch(
  tx: QueueTransaction,
  batch: readonly NewOperation[],
  rules: EnqueueRules,
  savepoint: Savepoint,
): EnqueueResult {
  // A single operation that is refused has written nothing, so it needs no way back.
  const guard = batch.length > 1 ? savepoint : undefined;
  const goBack = guard && tx.checkpoint();
  guard?.set();
  const receipts: StorageReceipt[] = [];
  for (const [index, operation] of batch.entries()) {
    const receipt = enqueueOne(tx, operation, rules);
    if (typeof receipt !== 'string') {
      receipts.push(receipt);
      continue;
    }
    guard?.takeBack();
    goBack?.();
    return { ok: false, code: receipt, index };
  }
  guard?.keep();
  return { ok: true, receipts };
}

function enqueueOne(
  tx: QueueTransaction,
  incoming: NewOperation,
  rules: EnqueueRules,
): StorageReceipt | Refusal {
  if (tx.fateOf(incoming.id) !== undefined) return repeated(tx, incoming.id);
  const operation = withKnownIds(tx, incoming);
  const joins = operation.coalesces && operation.entity !== undefined && rules.coalesce !== undefined;
  const isFull = rules.maxPending !== undefined && tx.state.total >= rules.maxPending;
  if (joins || isFull) {
    const known = tx.sequenceOf(operation.id);
    if (known !== undefined) return compare(tx, known, incoming, operation);
    const joined = joins ? coalesce(tx, operation, rules) : undefined;
    if (joined !== undefined) return joined;
    if (isFull) return 'QUEUE_FULL';
  }
  const sequence = append(tx, operation, freshProgress(operation));
  if (sequence !== undefined) return { kind: 'enqueued', sequence };
  return compare(tx, tx.sequenceOf(operation.id) as number, incoming, operation);
}

/** A repeat of what was taken before; its payload may have changed since, so it is not compared. */
function repeated(tx: QueueTransaction, id: string): StorageReceipt {
  const into = successorOf(id, tx);
  return into === undefined || into === id ? { kind: 'duplicate' } : { kind: 'duplicate', into };
}

/** Permanent ids in the place of temporary ones, and successors in the place of what they replaced. */
export function withKnownIds(tx: QueueTransaction, operation: NewOperation): NewOperation {
  if (operation.dependsOn.length === 0 && operation.references.length === 0) return operation;
  return followSuccessors(withAssignments(tx, operation), tx);
}

function withAssignments(tx: QueueTransaction, operation: NewOperation): NewOperation {
  if (operation.references.length === 0 || tx.state.data.assignments === 0) return operation;
  return rewriteReferences(operation, (id) => tx.sql.assigned.get(id)?.[0] as string | undefined);
}

function compare(
  tx: QueueTransaction,
  sequence: number,
  incoming: NewOperation,
  rewritten: NewOperation,
): StorageReceipt | Refusal {
  const row = tx.row(sequence) as SqlRow;
  const { kind, payload } = tx.operation(row);
  const isSame = kind === incoming.kind && (payload === incoming.payload || payload === rewritten.payload);
  return isSame ? { kind: 'duplicate' } : 'OPERATION_ID_REUSED';
}

function coalesce(
  tx: QueueTransaction,
  incoming: NewOperation,
  rules: EnqueueRules,
): StorageReceipt | undefined {
  const found = tx.laneTail(incoming.entity ?? '');
  const row = found && tx.row(found.sequence);
  if (row === undefined) return undefined;
  const tail = placedFromRow(row);
  if (!mayJoin(tx, tail, row, incoming)) return undefined;
  const coalescence = rules.coalesce?.(tx.stored(row), incoming);
  switch (coalescence?.kind) {
    case 'merged': {
      const operation = { ...coalescence.operation, id: tail.id };
      exchange(tx, tail, operation, { ...freshProgress(operation), log: logOf(row) });
      tx.leave(incoming.id, tail.id);
      // Whoever repeats the enqueueing of the tail brings the payload of before.
      if (tx.fateOf(tail.id) === undefined) tx.leave(tail.id, tail.id);
      return { kind: 'coalesced', into: tail.id };
    }
    case 'cancelled': {
      if (tx.sql.dependentsOf.get(tail.sequence) !== undefined) return undefined;
      remove(tx, tail);
      tx.leave(incoming.id, null);
      return { kind: 'cancelled', with: tail.id };
    }
    case 'none':
    case undefined:
      return undefined;
  }
}

/** The rules under which a tail may be offered to `Coalesce`; see its documentation. */
function mayJoin(tx: QueueTransaction, tail: Placed, row: SqlRow, incoming: NewOperation): boolean {
  const state = tx.stateOf(tail);
  if (tail.place.attempted || (state !== 'waiting' && state !== 'scheduled' && state !== 'blocked'))
    return false;
  if (tail.principal !== (incoming.principal ?? null)) return false;
  if (incoming.dependsOn.length === 0) return true;
  const { dependsOn } = tx.operation(row);
  return incoming.dependsOn.every((id) => {
    if (id === tail.id || dependsOn.includes(id)) return true;
    const other = tx.placedById(id);
    return other === undefined || (other.entity === tail.entity && other.sequence < tail.sequence);
  });
}
