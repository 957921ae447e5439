import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import { ENDED } from './known-ids.js';
import type { Joinable } from './may-join.js';
import type { Meeting } from './meeting.js';
import { keptFailure, outcomeFor } from './outcomes.js';

interface Questions<Tail> {
  isWaitedFor(one: Tail, besides: ReadonlySet<string>): boolean;
  stored(one: Tail): StoredOperation;
}

/** An incoming operation and those that it meets cancel each other; the last of them is the one that it ends. */
export function cancel<Tail extends Joinable>(
  gone: readonly Tail[],
  incoming: NewOperation,
  questions: Questions<Tail>,
): Meeting<Tail> {
  const at = incoming.createdAt;
  const ids = gone.map(({ id }) => id);
  const along = ids.slice(0, -1);
  const begun = ids.at(-1) as string;
  return {
    kind: 'cancelled',
    superseded: [],
    gone,
    fates: [incoming.id, ...ids].map((id) => [id, ENDED]),
    told: [
      ...gone.map((one) => {
        const outcome = outcomeFor(questions.stored(one), 'cancelled', { at, into: incoming.id });
        return [one.id, outcome] as const;
      }),
      [incoming.id, outcomeFor(incoming, 'cancelled', { at, into: begun })],
    ],
    receipt: { kind: 'cancelled', with: begun, ...(along.length > 0 && { along }) },
  };
}

/** An incoming operation makes those that it meets needless. */
export function drop<Tail extends Joinable>(
  gone: readonly Tail[],
  incoming: NewOperation,
  questions: Questions<Tail>,
): Meeting<Tail> {
  const { id: into, createdAt: at } = incoming;
  return {
    kind: 'append',
    superseded: gone.map(({ id }) => id),
    gone,
    fates: gone.map(({ id }) => [id, ENDED]),
    told: gone.map((one) => {
      const stored = questions.stored(one);
      const failure = stored.failure && keptFailure(stored.failure);
      return [one.id, outcomeFor(stored, 'superseded', { at, into, ...(failure && { failure }) })];
    }),
  };
}

/** An incoming operation takes the meaning of the dead letter at the head of its lane, where the rules say so. */
export function supersede<Tail extends Joinable>(
  dead: Tail,
  incoming: NewOperation,
  rules: EnqueueRules,
  questions: Questions<Tail>,
): Meeting<Tail> | undefined {
  if (dead.principal !== incoming.principal || questions.isWaitedFor(dead, new Set())) return undefined;
  if (rules.supersede?.(questions.stored(dead), incoming) !== true) return undefined;
  return drop([dead], incoming, questions);
}

/** What a meeting gave, with the operations whose meaning was taken. */
export function withSuperseded<Given extends StorageReceipt | string>(
  given: Given,
  superseded: readonly string[],
): Given {
  if (typeof given === 'string' || given.kind === 'duplicate' || superseded.length === 0) return given;
  return { ...(given as StorageReceipt), superseded } as Given;
}
