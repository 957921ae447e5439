import type { EffectResult, EncodedAnswer } from '../ports/effect-store.js';
import type { HandlerAnswer } from './handler-answer.js';
import { faultOfName, faultOfPosition, problem, refusal, type Problem } from '@cpc/protocol';

/** A problem with the key of the operation that met it, by which a sender knows whose answer it is. */
export function encodeProblem(key: string | undefined, value: Problem): EncodedAnswer {
  const { status, retryAfter } = value;
  const body = JSON.stringify({ idempotencyKey: key, ...value });
  return { status, body, ...(retryAfter !== undefined && { retryAfter }) };
}

/** @throws TypeError where the handler's result, version or position cannot go over the wire */
export function encodeAnswer(key: string, answer: HandlerAnswer): EffectResult {
  switch (answer.kind) {
    case 'applied':
      return { keep: true, answer: encodeApplied(key, answer) };
    case 'conflict':
      return refused(key, problem('VERSION_CONFLICT', { remote: answer.remote }));
    case 'rejected':
      return refused(key, refusal(answer.status, answer.code, answer.detail));
    case 'later': {
      const retryAfter = Math.max(1, Math.ceil(answer.afterSeconds));
      return refused(key, problem('LATER', { detail: answer.detail, retryAfter }));
    }
  }
}

function refused(key: string, value: Problem): EffectResult {
  return { keep: false, answer: encodeProblem(key, value) };
}

function encodeApplied(
  key: string,
  { result, version, previousVersion, position }: Extract<HandlerAnswer, { kind: 'applied' }>,
): EncodedAnswer {
  check('a version', version, faultOfName);
  check('a position', position, faultOfPosition);
  return {
    status: 200,
    body: JSON.stringify({ idempotencyKey: key, status: 200, version, previousVersion, position, result }),
  };
}

function check(what: string, text: string | undefined, faultOf: (text: unknown) => string | undefined): void {
  const fault = text === undefined ? undefined : faultOf(text);
  if (fault !== undefined) throw new TypeError(`${what} ${fault}; got ${JSON.stringify(text)}`);
}
