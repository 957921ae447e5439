import type {
  EnqueueResult,
  EnqueueRules,
  NewOperation,
  StorageReceipt,
  StoredOperation,
} from '@cpc/sync-core';
import {
  decideEnqueue,
  type EnqueueQuestions,
  type Fate,
  type Joinable,
  type Joining,
  laneOf,
  newProgress,
  type Refusal,
  repeatOfPresent,
  withKnownIds,
} from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { DamagedIndex } from './damage.js';
import { append, exchange, remove } from './order.js';
import { laneIn } from './lane.js';
import { logOf } from './attempt-log.js';
import type { Placed } from './place.js';
import { placedFromRow } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';

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
  const step = new EnqueueStep(tx, rules);
  const receipts: StorageReceipt[] = [];
  for (const [index, operation] of batch.entries()) {
    const receipt = step.enqueue(operation);
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

/** The last of a lane, with its row. */
interface Tail extends Joinable {
  readonly placed: Placed;
  readonly row: SqlRow;
}

/** One batch on its way into the tables: what the rules ask, and what follows from their answers. */
class EnqueueStep implements EnqueueQuestions<Tail> {
  readonly appendingFindsTaken = true;
  readonly #tx: QueueTransaction;
  readonly #rules: EnqueueRules;

  constructor(tx: QueueTransaction, rules: EnqueueRules) {
    this.#tx = tx;
    this.#rules = rules;
  }

  enqueue(given: NewOperation): StorageReceipt | Refusal {
    const operation = withKnownIds(given, this.#tx);
    const decision = decideEnqueue(given, operation, this.#rules, this);
    if (decision === 'append') return this.#append(given, operation);
    return typeof decision === 'object' && 'tail' in decision ? this.#join(decision) : decision;
  }

  get size(): number {
    return this.#tx.state.total;
  }

  isPresent(id: string): boolean {
    return this.#tx.isPresent(id);
  }

  fateOf(id: string): Fate | undefined {
    return this.#tx.fateOf(id);
  }

  present(id: string): NewOperation | undefined {
    const row = this.#tx.rowById(id);
    return row && this.#tx.operation(row);
  }

  tailOf(_lane: string, incoming: NewOperation): Tail | undefined {
    const lane = laneIn(incoming);
    const found = lane && this.#tx.laneTail(lane);
    const row = found && this.#tx.row(found.sequence);
    if (row === undefined) return undefined;
    const placed = placedFromRow(row);
    const { id, principal, place } = placed;
    return {
      id,
      state: this.#tx.stateOf(placed),
      attempted: place.attempted,
      principal: principal ?? undefined,
      placed,
      row,
    };
  }

  stored({ row }: Tail): StoredOperation {
    return this.#tx.stored(row);
  }

  isInLane(id: string, { placed }: Tail): boolean {
    const other = this.#tx.placedById(id);
    return other !== undefined && laneOf(other) === laneOf(placed);
  }

  waitsFor({ placed }: Tail, id: string): boolean {
    const blocker = this.#tx.sequenceOf(id);
    return blocker !== undefined && this.#tx.sql.dependency.get(blocker, placed.sequence) !== undefined;
  }

  hasDependents({ placed }: Tail): boolean {
    return this.#tx.sql.dependentsOf.get(placed.sequence) !== undefined;
  }

  #append(given: NewOperation, operation: NewOperation): StorageReceipt | Refusal {
    const sequence = append(this.#tx, operation, newProgress(operation));
    if (sequence !== undefined) return { kind: 'enqueued', sequence };
    const present = this.present(given.id);
    // Neither the id nor the sequence may be taken by something that cannot be found.
    if (present === undefined) throw new DamagedIndex();
    return repeatOfPresent(present, given, operation);
  }

  #join(joining: Joining<Tail>): StorageReceipt {
    const { placed, row } = joining.tail;
    if (joining.kind === 'cancelled') remove(this.#tx, placed);
    else exchange(this.#tx, placed, joining.operation, newProgress(joining.operation, logOf(row).history));
    for (const [id, fate] of joining.fates) this.#tx.leave(id, fate);
    return joining.receipt;
  }
}
