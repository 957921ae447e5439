import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import { type Joinable, type JoinQuestions, mayJoin } from './may-join.js';
import { type Fate, type IdLookup, repeatOfPast, repeatOfPresent } from './known-ids.js';
import { laneOf } from './lane-of.js';

/** Why a batch is refused. */
export type Refusal = Extract<EnqueueResult, { ok: false }>['code'];

/** What the rules ask an engine about its queue, as it stands before the operation. */
export interface EnqueueQuestions<Tail extends Joinable> extends IdLookup, JoinQuestions<Tail> {
  readonly size: number;
  /**
   * Whether appending finds out by itself that an id is taken, so that `present` need not be asked for what is merely
   * appended. The engine then answers with {@link repeatOfPresent}.
   */
  readonly appendingFindsTaken: boolean;
  /** The operation under this id in the queue. */
  present(id: string): Pick<NewOperation, 'kind' | 'payload'> | undefined;
  /** The last of a lane, in which `incoming` stands. */
  tailOf(lane: string, incoming: NewOperation): Tail | undefined;
  /** The operation as the port shows it. */
  stored(tail: Tail): StoredOperation;
  /** Whether anything depends on it. */
  hasDependents(tail: Tail): boolean;
}

/** What becomes of the tail of a lane and of the ids, where an incoming operation joins it. */
export type Joining<Tail> = {
  readonly tail: Tail;
  readonly fates: readonly (readonly [id: string, fate: Fate])[];
  readonly receipt: StorageReceipt;
} & ({ readonly kind: 'merged'; readonly operation: NewOperation } | { readonly kind: 'cancelled' });

/** What an `enqueue` does: `append` the operation, refuse it, answer without a change, or join it to a tail. */
export type EnqueueDecision<Tail> = 'append' | Refusal | StorageReceipt | Joining<Tail>;

/**
 * What becomes of one operation that is enqueued.
 *
 * @param given - as the caller gave it
 * @param operation - the same with the ids that are known, see `withKnownIds`
 */
export function decideEnqueue<Tail extends Joinable>(
  given: NewOperation,
  operation: NewOperation,
  rules: EnqueueRules,
  questions: EnqueueQuestions<Tail>,
): EnqueueDecision<Tail> {
  const repeat = repeatOfPast(given.id, questions);
  if (repeat !== undefined) return repeat;
  const { coalesce, maxPending = Infinity } = rules;
  const lane = coalesce !== undefined && operation.coalesces ? laneOf(operation) : undefined;
  const isFull = questions.size >= maxPending;
  if (lane === undefined && !isFull && questions.appendingFindsTaken) return 'append';
  const present = questions.present(given.id);
  if (present !== undefined) return repeatOfPresent(present, given, operation);
  const joining = lane === undefined ? undefined : join(lane, operation, rules, questions);
  return joining ?? (isFull ? 'QUEUE_FULL' : 'append');
}

function join<Tail extends Joinable>(
  lane: string,
  incoming: NewOperation,
  { coalesce }: EnqueueRules,
  questions: EnqueueQuestions<Tail>,
): Joining<Tail> | undefined {
  const tail = questions.tailOf(lane, incoming);
  if (tail === undefined || !mayJoin(tail, incoming, questions)) return undefined;
  const coalescence = coalesce?.(questions.stored(tail), incoming);
  switch (coalescence?.kind) {
    case 'merged':
      return {
        kind: 'merged',
        tail,
        operation: { ...coalescence.operation, id: tail.id },
        fates: fatesOfMerged(tail.id, incoming.id, questions),
        receipt: { kind: 'coalesced', into: tail.id },
      };
    case 'cancelled':
      if (questions.hasDependents(tail)) return undefined;
      return {
        kind: 'cancelled',
        tail,
        fates: [
          [incoming.id, null],
          [tail.id, null],
        ],
        receipt: { kind: 'cancelled', with: tail.id },
      };
    case 'none':
    case undefined:
      return undefined;
  }
}

/** Whoever repeats the enqueueing of the tail brings the payload of before, so its id is remembered as well. */
function fatesOfMerged(
  tail: string,
  incoming: string,
  lookup: IdLookup,
): readonly (readonly [string, Fate])[] {
  return lookup.fateOf(tail) === undefined
    ? [
        [incoming, tail],
        [tail, tail],
      ]
    : [[incoming, tail]];
}
