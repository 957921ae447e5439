import { create } from '@bufbuild/protobuf';
import { ProblemSchema, type Problem } from '@cpc/protocol/protobuf';

/** The members of an answer's body over HTTP that have a place in a message. */
export interface AnswerBody {
  readonly idempotencyKey?: string;
  readonly status: number;
  readonly result?: unknown;
  readonly version?: string;
  readonly previousVersion?: string;
  readonly position?: string;
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly remote?: unknown;
  readonly retryAfter?: number;
}

export function problemOf(body: AnswerBody): Problem {
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

export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(value));
}
