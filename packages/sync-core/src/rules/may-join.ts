import type { NewOperation } from '../operation/operation-record.js';
import type { OperationState } from '../operation/operation.js';

/** What the rules look at in the tail of a lane. */
export interface Joinable {
  readonly id: string;
  readonly state: OperationState;
  readonly attempted: boolean;
  readonly principal: string | undefined;
}

/** What an incoming operation's dependencies are to the tail of its lane. */
export interface JoinQuestions<Tail extends Joinable> {
  /** Whether an operation with this id is in the queue. */
  isPresent(id: string): boolean;
  /** Whether it stands in the tail's lane, the tail itself included. */
  isInLane(id: string, tail: Tail): boolean;
  /** Whether the tail waits for it: not all that the tail names came before it. */
  waitsFor(tail: Tail, id: string): boolean;
  /** Whether anything depends on the operation, besides those with these ids. */
  isWaitedFor(one: Tail, besides: ReadonlySet<string>): boolean;
}

/** The rules under which a tail may be offered to `Coalesce`; see its documentation. */
export function mayJoin<Tail extends Joinable>(
  tail: Tail,
  incoming: NewOperation,
  questions: JoinQuestions<Tail>,
): boolean {
  if (!mayVanish(tail, incoming)) return false;
  // The tail itself is waited for by joining it, and what stands ahead of it in its lane by standing behind it.
  return incoming.dependsOn.every(
    (id) => !questions.isPresent(id) || questions.isInLane(id, tail) || questions.waitsFor(tail, id),
  );
}

/** Whether the server cannot have seen an operation, and nobody but its owner's own later change takes it back. */
export function mayVanish({ attempted, principal, state }: Joinable, incoming: NewOperation): boolean {
  if (attempted || principal !== incoming.principal) return false;
  return state === 'waiting' || state === 'scheduled' || state === 'blocked';
}
