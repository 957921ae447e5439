import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import type {
  CarriedOperation,
  ForgedItems,
  HttpAnswer,
  HttpRequest,
  ServerRefusal,
  WireProtocol,
} from '@cpc/testing';
import {
  AnswerSchema,
  DeliverBatchRequestSchema,
  DeliverBatchResponseSchema,
  DeliverRequestSchema,
  DeliverResponseSchema,
  OperationSchema,
  ProblemSchema,
  type Operation,
  type Problem,
} from '@cpc/protocol/protobuf';

type Bytes = HttpAnswer['body'];

/** How messages are put into bodies. */
interface Framing {
  readonly contentType: string;
  readonly unwrap: (body: Bytes) => Bytes;
  readonly wrap: (message: Bytes) => Bytes;
  /** An answer with an error in the place of a message. */
  readonly fail: (error: ConnectError) => HttpAnswer;
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Connect's unary calls, in binary: the message is the body, an error is JSON. */
export const connectProtocol = protocolOf({
  contentType: 'application/proto',
  unwrap: (body) => body,
  wrap: (message) => message,
  fail: (error) => ({
    status: codeToHttpStatus(error.code),
    headers: { 'content-type': 'application/json' },
    body: copyOf(errorToJsonBytes(error, undefined)),
  }),
});

/** gRPC: a prefix of five bytes, and the status in trailers. */
export const grpcProtocol = protocolOf({
  contentType: 'application/grpc+proto',
  unwrap: (body) => body.subarray(5),
  wrap: (message) => {
    const body = new Uint8Array(5 + message.byteLength);
    new DataView(body.buffer).setUint32(1, message.byteLength);
    body.set(message, 5);
    return body;
  },
  fail: (error) => {
    const trailers = new Headers();
    setTrailerStatus(trailers, error);
    const headers = { 'content-type': 'application/grpc+proto' };
    return { status: 200, headers, body: new Uint8Array(), trailers: Object.fromEntries(trailers) };
  },
  trailers: { 'grpc-status': '0' },
});

function protocolOf(framing: Framing): WireProtocol {
  return {
    read: (request) => operationsOf(request, framing).map(carriedOf),
    refuse: (refusal, request) => refuse(refusal, request, framing),
    forge: (how, answer, request) => {
      // Connect's errors are JSON, and hold no item that could be forged.
      if (answer.headers['content-type'] !== framing.contentType) return answer.body;
      const forge = isBatch(request) ? forgeBatch : forgeSingle;
      return framing.wrap(forge(how, framing.unwrap(answer.body)));
    },
  };
}

const isBatch = (request: HttpRequest): boolean => request.path.endsWith('/DeliverBatch');

function operationsOf(request: HttpRequest, { unwrap }: Framing): readonly Operation[] {
  // A question, which carries none.
  if (request.path.endsWith('/WhoAmI')) return [];
  const message = unwrap(request.body);
  if (isBatch(request)) return fromBinary(DeliverBatchRequestSchema, message).operations;
  const { operation } = fromBinary(DeliverRequestSchema, message);
  return operation === undefined ? [] : [operation];
}

/** Unknown fields are kept and written again, so what a client adds shows as well. */
function carriedOf(operation: Operation): CarriedOperation {
  const bytes = Buffer.from(toBinary(OperationSchema, operation)).toString('latin1');
  return { id: operation.idempotencyKey, bytes };
}

const ANSWER_OF = {
  busy: [429, 'OVERLOADED', Code.ResourceExhausted],
  serverError: [500, 'HANDLER_FAILED', Code.Internal],
  keyInUse: [409, 'KEY_IN_USE', Code.Aborted],
  versionConflict: [412, 'VERSION_CONFLICT', Code.FailedPrecondition],
  signedOut: [401, 'UNAUTHENTICATED', Code.Unauthenticated],
} as const;

function refuse(refusal: ServerRefusal, request: HttpRequest, framing: Framing): HttpAnswer {
  const operations = operationsOf(request, framing);
  const isByItem = refusal.kind === 'keyInUse' || refusal.kind === 'versionConflict';
  if (isBatch(request) && isByItem) {
    const answers = operations.map(({ idempotencyKey }) =>
      create(AnswerSchema, { answer: { case: 'problem', value: problemOf(refusal, idempotencyKey) } }),
    );
    return answerOf(copyOf(toBinary(DeliverBatchResponseSchema, { ...emptyBatch(), answers })), framing);
  }
  const key = isBatch(request) ? '' : (operations[0]?.idempotencyKey ?? '');
  const [, , code] = ANSWER_OF[refusal.kind];
  const detail = { desc: ProblemSchema, value: problemOf(refusal, key) };
  return framing.fail(new ConnectError('refused by the plan of faults', code, undefined, [detail]));
}

function problemOf(refusal: ServerRefusal, idempotencyKey: string): Problem {
  const [status, code] = ANSWER_OF[refusal.kind];
  return create(ProblemSchema, {
    idempotencyKey,
    status,
    code,
    title: 'Refused by the plan of faults',
    ...(refusal.kind === 'busy' && { retryAfterSeconds: Math.ceil(refusal.retryAfterMs / 1000) }),
    ...(refusal.kind === 'versionConflict' && { remote: Buffer.from(JSON.stringify(refusal.remote)) }),
  });
}

function answerOf(message: Bytes, { contentType, wrap, trailers }: Framing): HttpAnswer {
  const headers = { 'content-type': contentType };
  return { status: 200, headers, body: wrap(message), ...(trailers && { trailers }) };
}

function forgeBatch(how: ForgedItems, message: Bytes): Bytes {
  const batch = fromBinary(DeliverBatchResponseSchema, message);
  if (how === 'tooMany') batch.answers.push(...batch.answers.slice(0, 1));
  if (how === 'tooFew') batch.answers.pop();
  if (how === 'otherKey') {
    for (const { answer } of batch.answers)
      if (answer.case !== undefined) answer.value.idempotencyKey = 'of-another-operation';
  }
  return copyOf(toBinary(DeliverBatchResponseSchema, batch));
}

/** A message cannot have one field twice, so an item too many is a batch's answer here. */
function forgeSingle(how: ForgedItems, message: Bytes): Bytes {
  const single = fromBinary(DeliverResponseSchema, message);
  if (how === 'otherKey' && single.acknowledgement !== undefined) {
    single.acknowledgement.idempotencyKey = 'of-another-operation';
    return copyOf(toBinary(DeliverResponseSchema, single));
  }
  if (how === 'tooFew') return new Uint8Array();
  const value = single.acknowledgement;
  const item = create(AnswerSchema, value && { answer: { case: 'acknowledgement', value } });
  return copyOf(toBinary(DeliverBatchResponseSchema, { ...emptyBatch(), answers: [item, item] }));
}

const emptyBatch = () => create(DeliverBatchResponseSchema);

function copyOf(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}
