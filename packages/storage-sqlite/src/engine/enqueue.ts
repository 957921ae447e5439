import type {
  EnqueueResult,
  EnqueueRules,
  NewOperation,
  StorageReceipt,
  StoredOperation,
} from '@cpc/sync-core';
import {
  decideEnqueue,
  ENDED,
  type EnqueueQuestions,
  type Fate,
  type Joinable,
  type Meeting,
  newProgress,
  type Refusal,
  repeatOfPresent,
  withKnownIds,
  withSuperseded,
} from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { type Entering, entering, originIn, parkReferring, tellParked } from './ended.js';
import { holderOf } from './followers.js';
import { isInLane, laneIn } from './lane.js';
import { DamagedIndex } from './damage.js';
import { append, exchange, remove } from './order.js';
import { logOf } from './attempt-log.js';
import { HOLD, type Placed } from './place.js';
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
    return typeof decision === 'object' && 'gone' in decision
      ? this.#meet(given, operation, decision)
      : decision;
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
    return found && this.#tailAt(found.sequence);
  }

  stored({ row }: Tail): StoredOperation {
    return this.#tx.stored(row);
  }

  isInLane(id: string, { placed }: Tail): boolean {
    const other = this.#tx.placedById(id);
    const lane = laneIn(placed);
    return other !== undefined && lane !== undefined && laneIn(other) !== undefined && isInLane(other, lane);
  }

  waitsFor({ placed }: Tail, id: string): boolean {
    const blocker = this.#tx.sequenceOf(id);
    return blocker !== undefined && this.#tx.sql.dependency.get(blocker, placed.sequence) !== undefined;
  }

  isWaitedFor({ placed }: Tail, besides: ReadonlySet<string>): boolean {
    if (this.#tx.state.data.dependencies === 0) return false;
    return this.#tx.sql.dependentsOf
      .all(placed.sequence)
      .some(([sequence]) => !besides.has(this.#tx.placed(sequence as number)?.id ?? ''));
  }

  deadHeadOf(_lane: string, incoming: NewOperation): Tail | undefined {
    if (this.#tx.state.data.byState.deadLetter === 0) return undefined;
    const lane = laneIn(incoming);
    const head = lane && this.#tx.laneHead(lane);
    return head?.place.hold === HOLD.deadLetter ? this.#tailAt(head.sequence) : undefined;
  }

  *aheadOf({ placed }: Tail): Iterable<Tail> {
    const lane = laneIn(placed);
    if (lane === undefined) return;
    let ahead = this.#tx.laneBefore(lane, placed.sequence);
    while (ahead !== undefined) {
      const tail = this.#tailAt(ahead.sequence);
      if (tail === undefined) return;
      yield tail;
      ahead = this.#tx.laneBefore(lane, ahead.sequence);
    }
  }

  #tailAt(sequence: number): Tail | undefined {
    const row = this.#tx.row(sequence);
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

  #append(given: NewOperation, operation: NewOperation): StorageReceipt | Refusal {
    const entered = entering(this.#tx, operation, newProgress(operation));
    const sequence = append(this.#tx, operation, entered.progress);
    if (sequence === undefined) return this.#repeat(given, operation);
    tellParked(this.#tx, operation, entered, operation.createdAt);
    return {
      kind: 'enqueued',
      sequence,
      ...this.#held(sequence, entered),
    };
  }

  #repeat(given: NewOperation, operation: NewOperation): StorageReceipt | Refusal {
    const present = this.present(given.id);
    // Neither the id nor the sequence may be taken by something that cannot be found.
    if (present === undefined) throw new DamagedIndex();
    return repeatOfPresent(present, given, operation);
  }

  #meet(given: NewOperation, operation: NewOperation, meeting: Meeting<Tail>): StorageReceipt | Refusal {
    const tx = this.#tx;
    const origins = meeting.gone.map(({ placed, row }) => originIn(tx, placed, row));
    for (const { placed } of meeting.gone) remove(tx, tx.placed(placed.sequence) ?? placed, ENDED);
    for (const [id, fate] of meeting.fates) tx.leave(id, fate);
    for (const [id, outcome] of meeting.told) tx.tell(id, outcome);
    for (const origin of origins) parkReferring(tx, origin, operation.createdAt);
    return withSuperseded(this.#enter(given, operation, meeting), meeting.superseded);
  }

  #enter(given: NewOperation, operation: NewOperation, meeting: Meeting<Tail>): StorageReceipt | Refusal {
    switch (meeting.kind) {
      case 'append':
        return this.#append(given, operation);
      case 'merged':
        return this.#merge(meeting.tail, meeting.operation);
      case 'cancelled':
        return meeting.receipt;
    }
  }

  #merge({ id, placed, row }: Tail, operation: NewOperation): StorageReceipt {
    const tx = this.#tx;
    const entered = entering(tx, operation, newProgress(operation, logOf(row).history));
    // What left the lane may have moved it.
    exchange(tx, tx.placed(placed.sequence) ?? placed, operation, entered.progress);
    tellParked(tx, operation, entered, operation.createdAt);
    return { kind: 'coalesced', into: id, ...this.#held(placed.sequence, entered) };
  }

  #held(sequence: number, { parked }: Entering): Held {
    const heldBy = holderOf(this.#tx, sequence);
    if (heldBy === undefined && parked === undefined) return NOT_HELD;
    return { ...(heldBy !== undefined && { heldBy }), ...(parked !== undefined && { parked }) };
  }
}

/** What a receipt says of what holds an operation. */
type Held = Pick<Extract<StorageReceipt, { kind: 'enqueued' }>, 'heldBy' | 'parked'>;

const NOT_HELD: Held = {};
