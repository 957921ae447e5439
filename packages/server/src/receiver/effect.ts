import { encodeAnswer, encodeProblem } from '../answer/encode-answer.js';
import { conflict, type HandlerAnswer } from '../answer/handler-answer.js';
import { problem } from '@cpc/protocol';
import type { EffectResult } from '../ports/effect-store.js';
import type { MaybePromise, OperationHandler } from '../ports/operation-handler.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import { chain } from '../store/chain.js';

/**
 * What runs inside the transaction: the check of the version, then the handler. Synchronous where the handler
 * is, because SQLite's transactions are.
 */
export function effectOf<Tx>(
  operation: ReceivedOperation,
  handler: OperationHandler<Tx>,
  prepared: unknown,
): (tx: Tx) => MaybePromise<EffectResult> {
  const apply = (tx: Tx, previousVersion: string | undefined): MaybePromise<EffectResult> =>
    chain(handler.apply(operation, tx, prepared), (answer) =>
      encodeAnswer(operation.key, withPrevious(answer, previousVersion)),
    );
  const { baseVersion, key } = operation;
  if (handler.current === undefined) {
    if (baseVersion === undefined) return (tx) => apply(tx, undefined);
    const answer = encodeProblem(key, problem('PRECONDITION_UNSUPPORTED'));
    return () => ({ keep: false, answer });
  }
  const current = handler.current.bind(handler);
  return (tx) =>
    chain(current(operation, tx), (remote) => {
      // Without a version nothing is compared, but the answer says what the change was applied to.
      if (baseVersion === undefined || remote?.version === baseVersion) return apply(tx, remote?.version);
      const answer: HandlerAnswer = conflict(remote ?? { deleted: true });
      return encodeAnswer(key, answer);
    });
}

function withPrevious(answer: HandlerAnswer, previousVersion: string | undefined): HandlerAnswer {
  return answer.kind === 'applied' && previousVersion !== undefined ? { previousVersion, ...answer } : answer;
}
