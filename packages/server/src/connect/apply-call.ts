import { type ProblemCode, problem, structuredString, HEADERS } from '@cpc/protocol';
import type { ConnectError } from '@connectrpc/connect';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import type { WireHeaders } from '../wire/wire-message.js';
import { problemOf, type AnswerBody } from './answer-body.js';
import { errorOfProblem } from './error-of-problem.js';
import { jsonHeaders } from './json-headers.js';

/** A change that somebody asks for by a call, as the operation that a device would send. */
export interface CalledOperation {
  /** Which handler it is for. */
  readonly kind: string;
  /** 1 to 255 printable ASCII characters: the same again has no second effect. */
  readonly key: string;
  readonly entity?: string;
  /** JSON. */
  readonly payload: unknown;
}

/**
 * Applies what a call of a service of your own asks for by the receiver, so that it counts as one with what devices
 * send: the same handler, the same keys, one effect whichever way it comes.
 *
 * @param metadata - the call's, which `authenticate` is given
 * @returns the handler's result
 * @throws ConnectError with the receiver's problem, where it was refused
 */
export async function applyCall(
  receiver: AnsweringReceiver,
  { kind, key, entity, payload }: CalledOperation,
  metadata: WireHeaders,
): Promise<unknown> {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  const reply = await receiver.answer({
    method: 'POST',
    path: `${receiver.path}/${encodeURIComponent(kind)}`,
    headers: jsonHeaders(metadata, {
      [HEADERS.idempotencyKey]: structuredString(key),
      ...(entity !== undefined && { [HEADERS.entity]: encodeURIComponent(entity) }),
    }),
    body: (maxBytes) => Promise.resolve(bytes.byteLength > maxBytes ? undefined : bytes),
  });
  const body = JSON.parse(reply.body) as AnswerBody;
  if (reply.status >= 400) throw errorOfProblem(problemOf(body));
  return body.result;
}

/** A refusal of a call in the receiver's words, for a service of your own: `throw refusedCall('FORBIDDEN')`. */
export function refusedCall(code: ProblemCode): ConnectError {
  return errorOfProblem(problemOf(problem(code)));
}
