import { create } from '@bufbuild/protobuf';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import type { WireHeaders } from '../wire/wire-message.js';
import { batchBody } from './batch-body.js';
import { errorOfProblem } from './error-of-problem.js';
import {
  AcknowledgementSchema,
  AnswerSchema,
  ProblemSchema,
  type Answer,
  type Operation,
  type Problem,
} from './gen/cpc/sync/v1/delivery_pb.js';

/**
 * Hands operations over to the receiver, as the batch that they would be over HTTP.
 *
 * @returns one answer per operation, in order
 * @throws ConnectError where the receiver refuses them as a whole
 */
export async function answersOf(
  receiver: AnsweringReceiver,
  operations: readonly Operation[],
  metadata: WireHeaders,
): Promise<readonly Answer[]> {
  const bytes = batchBody(operations);
  const reply = await receiver.answer({
    method: 'POST',
    path: receiver.path,
    headers: { get: (name) => headerOf(name, metadata) },
    body: (maxBytes) => Promise.resolve(bytes.byteLength > maxBytes ? undefined : bytes),
  });
  const json = JSON.parse(reply.body) as AnswerBody | readonly AnswerBody[];
  if (isOne(json)) throw errorOfProblem(problemOf(json));
  return json.map(answerOf);
}

/** The members of an answer's body over HTTP that have a place in a message. */
interface AnswerBody {
  readonly idempotencyKey?: string;
  readonly status: number;
  readonly result?: unknown;
  readonly version?: string;
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly remote?: unknown;
  readonly retryAfter?: number;
}

function isOne(json: AnswerBody | readonly AnswerBody[]): json is AnswerBody {
  return !Array.isArray(json);
}

/** The call's own media type is the protocol's, not that of the operations. */
function headerOf(name: string, metadata: WireHeaders): string | null {
  switch (name.toLowerCase()) {
    case 'content-type':
      return 'application/json';
    case 'content-encoding':
      return null;
    default:
      return metadata.get(name);
  }
}

function answerOf(body: AnswerBody): Answer {
  if (body.status >= 400) {
    return create(AnswerSchema, { answer: { case: 'problem', value: problemOf(body) } });
  }
  const { idempotencyKey, result, version } = body;
  const value = create(AcknowledgementSchema, {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(result !== undefined && { result: encodeJson(result) }),
    ...(version !== undefined && { version }),
  });
  return create(AnswerSchema, { answer: { case: 'acknowledgement', value } });
}

function problemOf(body: AnswerBody): Problem {
  const { idempotencyKey, status, code, title, detail, remote, retryAfter } = body;
  return create(ProblemSchema, {
    status,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(code !== undefined && { code }),
    ...(title !== undefined && { title }),
    ...(detail !== undefined && { detail }),
    ...(remote !== undefined && { remote: encodeJson(remote) }),
    ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
  });
}

const encoder = new TextEncoder();

function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(value));
}
