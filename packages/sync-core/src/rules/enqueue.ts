import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import { cancel, drop, supersede } from './vanishing.js';
import { type IdLookup, repeatOfPast, repeatOfPresent } from './known-ids.js';
import { laneOf } from './lane-of.js';
import { type Joinable, type JoinQuestions, mayJoin, mayVanish } from './may-join.js';
import type { Meeting } from './meeting.js';
import { outcomeFor } from './outcomes.js';

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
  /** The first of a lane, in which `incoming` stands, where it is a dead letter. */
  deadHeadOf(lane: string, incoming: NewOperation): Tail | undefined;
  /** Those ahead of one in its lane, the latest first. */
  aheadOf(one: Tail): Iterable<Tail>;
  /** The operation as the port shows it. */
  stored(one: Tail): StoredOperation;
}

/** What an `enqueue` does: `append` the operation, refuse it, answer without a change, or let it meet others. */
export type EnqueueDecision<Tail> = 'append' | Refusal | StorageReceipt | Meeting<Tail>;

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
  const lane = laneOf(operation);
  const joins = lane !== undefined && coalesce !== undefined && operation.coalesces;
  const dead =
    lane === undefined || rules.supersede === undefined ? undefined : questions.deadHeadOf(lane, operation);
  const isFull = questions.size >= maxPending;
  if (!joins && dead === undefined && !isFull && questions.appendingFindsTaken) return 'append';
  const present = questions.present(given.id);
  if (present !== undefined) return repeatOfPresent(present, given, operation);
  const first = dead === undefined ? undefined : supersede(dead, operation, rules, questions);
  const joined = joins ? join(lane, operation, rules, questions) : undefined;
  const meeting = first === undefined ? joined : both(first, joined);
  if (meeting !== undefined && meeting.kind !== 'append') return meeting;
  if (questions.size - (meeting?.gone.length ?? 0) >= maxPending) return 'QUEUE_FULL';
  return meeting ?? 'append';
}

function join<Tail extends Joinable>(
  lane: string,
  incoming: NewOperation,
  { coalesce }: EnqueueRules,
  questions: EnqueueQuestions<Tail>,
): Meeting<Tail> | undefined {
  const tail = questions.tailOf(lane, incoming);
  if (tail === undefined || !mayJoin(tail, incoming, questions)) return undefined;
  const walked: Tail[] = [tail];
  const coalescence = coalesce?.(questions.stored(tail), incoming, ahead(walked, incoming, questions));
  switch (coalescence?.kind) {
    case 'merged':
      return merge(tail, incoming, coalescence.operation, questions);
    case 'cancelled':
    case 'dropped': {
      if (questions.isWaitedFor(tail, new Set([incoming.id]))) return undefined;
      const gone = walked.slice(0, Math.max(1, coalescence.count ?? 1));
      return (coalescence.kind === 'cancelled' ? cancel : drop)(gone, incoming, questions);
    }
    case 'none':
    case undefined:
      return undefined;
  }
}

/** Those ahead of the tail that may vanish with it, each as it is asked for. */
function* ahead<Tail extends Joinable>(
  walked: Tail[],
  incoming: NewOperation,
  questions: EnqueueQuestions<Tail>,
): Iterable<StoredOperation> {
  const [tail] = walked as [Tail];
  const ids = new Set([incoming.id, tail.id]);
  for (const one of questions.aheadOf(tail)) {
    if (!mayVanish(one, incoming) || questions.isWaitedFor(one, ids)) return;
    ids.add(one.id);
    walked.push(one);
    yield questions.stored(one);
  }
}

function merge<Tail extends Joinable>(
  tail: Tail,
  incoming: NewOperation,
  operation: NewOperation,
  lookup: IdLookup,
): Meeting<Tail> {
  const { id } = tail;
  const at = incoming.createdAt;
  return {
    kind: 'merged',
    tail,
    operation: { ...operation, id },
    gone: [],
    superseded: [],
    // Whoever repeats the enqueueing of the tail brings the payload of before, so its id is remembered as well.
    fates:
      lookup.fateOf(id) === undefined
        ? [
            [incoming.id, id],
            [id, id],
          ]
        : [[incoming.id, id]],
    told: [[incoming.id, outcomeFor(incoming, 'coalesced', { at, into: id })]],
  };
}

function both<Tail>(first: Meeting<Tail>, second: Meeting<Tail> | undefined): Meeting<Tail> {
  if (second === undefined) return first;
  return {
    ...second,
    gone: [...first.gone, ...second.gone],
    fates: [...first.fates, ...second.fates],
    told: [...first.told, ...second.told],
    superseded: [...first.superseded, ...second.superseded],
  };
}
