import type { EffectResult, EncodedAnswer } from '../ports/effect-store.js';
import type { HandlerAnswer } from './handler-answer.js';
import { problem, refusal, type Problem } from './problem.js';

/** A problem with the key of the operation that met it, by which a sender knows whose answer it is. */
export function encodeProblem(key: string | undefined, value: Problem): EncodedAnswer {
  const { status, retryAfter } = value;
  const body = JSON.stringify({ idempotencyKey: key, ...value });
  return { status, body, ...(retryAfter !== undefined && { retryAfter }) };
}

/** @throws TypeError where the handler's result or version cannot go over the wire */
export function encodeAnswer(key: string, answer: HandlerAnswer): EffectResult {
  switch (answer.kind) {
    case 'applied':
      return { keep: true, answer: encodeApplied(key, answer.result, answer.version) };
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

function encodeApplied(key: string, result: unknown, version: string | undefined): EncodedAnswer {
  if (version !== undefined && !isVersion(version)) {
    throw new TypeError(
      `a version takes printable ASCII without spaces and quotes; got ${JSON.stringify(version)}`,
    );
  }
  return { status: 200, body: JSON.stringify({ idempotencyKey: key, status: 200, version, result }) };
}

/** What fits into an entity tag (RFC 9110, section 8.8.3), so that a sender can return it as `If-Match`. */
export function isVersion(text: string): boolean {
  return /^[\x21\x23-\x7e]{1,1024}$/.test(text);
}
