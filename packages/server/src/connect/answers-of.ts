import { create } from '@bufbuild/protobuf';
import { HEADERS } from '@cpc/protocol';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import type { WireHeaders } from '../wire/wire-message.js';
import { encodeJson, problemOf, type AnswerBody } from './answer-body.js';
import { batchBody } from './batch-body.js';
import { errorOfProblem } from './error-of-problem.js';
import { jsonHeaders } from './json-headers.js';
import { AcknowledgementSchema, AnswerSchema, type Answer, type Operation } from '@cpc/protocol/protobuf';

/**
 * Hands operations over to the receiver, as the batch that they would be over HTTP.
 *
 * @returns one answer per operation, in order
 * @throws ConnectError where the receiver refuses them as a whole
 */
export async function answersOf(
  receiver: AnsweringReceiver,
  { operations, principal }: CalledBatch,
  metadata: WireHeaders,
): Promise<readonly Answer[]> {
  const bytes = batchBody(operations);
  const reply = await receiver.answer({
    method: 'POST',
    path: receiver.path,
    headers: jsonHeaders(metadata, principalHeader(principal)),
    body: (maxBytes) => Promise.resolve(bytes.byteLength > maxBytes ? undefined : bytes),
  });
  const json = JSON.parse(reply.body) as AnswerBody | readonly AnswerBody[];
  if (isOne(json)) throw errorOfProblem(problemOf(json));
  return json.map(answerOf);
}

/** Whom the call's metadata signs in. @throws ConnectError where nobody, or another one than `principal` */
export async function whoamiOf(
  receiver: AnsweringReceiver,
  principal: string | undefined,
  metadata: WireHeaders,
): Promise<string | undefined> {
  const reply = await receiver.answer({
    method: 'GET',
    path: `${receiver.path}/whoami`,
    headers: jsonHeaders(metadata, principalHeader(principal)),
    body: () => Promise.resolve(new Uint8Array()),
  });
  const json = JSON.parse(reply.body) as AnswerBody & { readonly principal?: string | null };
  if (reply.status >= 400) throw errorOfProblem(problemOf(json));
  return json.principal ?? undefined;
}

/** The operations of a call, and whose they are. */
interface CalledBatch {
  readonly operations: readonly Operation[];
  readonly principal?: string | undefined;
}

/** The message's word, and not the metadata's, which is the call's. */
function principalHeader(principal: string | undefined): Readonly<Record<string, string>> {
  return principal === undefined ? {} : { [HEADERS.principal]: encodeURIComponent(principal) };
}

function isOne(json: AnswerBody | readonly AnswerBody[]): json is AnswerBody {
  return !Array.isArray(json);
}

function answerOf(body: AnswerBody): Answer {
  if (body.status >= 400) {
    return create(AnswerSchema, { answer: { case: 'problem', value: problemOf(body) } });
  }
  const { idempotencyKey, result, version, previousVersion, position } = body;
  const value = create(AcknowledgementSchema, {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(result !== undefined && { result: encodeJson(result) }),
    ...(version !== undefined && { version }),
    ...(previousVersion !== undefined && { previousVersion }),
    ...(position !== undefined && { position }),
  });
  return create(AnswerSchema, { answer: { case: 'acknowledgement', value } });
}
