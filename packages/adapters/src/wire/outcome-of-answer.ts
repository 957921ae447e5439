import type { DeliveryOutcome, RemoteRecord, RetryScope, SyncFailure } from '@cpc/sync-core';
import { boundedMs } from './bounded-ms.js';
import { isProblem, isRecord, type AnswerItem } from './wire-answer.js';

/**
 * What the receiver's answer to one operation means. Status decides; no text does.
 *
 * | status | outcome | why |
 * | --- | --- | --- |
 * | 2xx | `acknowledged` | the effect happened, now or the first time |
 * | 2xx with a problem | `unreachable` | something between made a success of a refusal |
 * | 401 | `unauthenticated` | signing in helps |
 * | 403 | `rejected` | the principal is known and may not; signing in again as the same changes nothing |
 * | 404 `KIND_UNKNOWN` | `retry` of the request | the server does not know the kind yet |
 * | 408, 409, 425, 503 `LATER` | `retry` of the request | nothing speaks against the operation: its key is in use |
 * | 429, 502, 503, 504 | `retry` of the server | not now, whatever is sent |
 * | other 5xx | `retry` of the operation | its handler failed |
 * | 412 | `conflict` | the server holds another version, which the body carries |
 * | 422 | `rejected` | refused by its content, or the key was used for other content |
 * | 424 | `skipped` | in a batch, behind a failed operation of its entity |
 * | other 4xx | `rejected` | |
 * | 1xx, 3xx | `unreachable` | no answer that this protocol knows |
 *
 * @param retryAfter - what the headers asked for, in milliseconds; the body's `retryAfter`, in seconds, goes
 * before it
 */
export function outcomeOfAnswer(item: AnswerItem, retryAfter?: number): DeliveryOutcome {
  const { status, body } = item;
  if (status >= 200 && status < 300 && !isProblem(body)) return acknowledged(body);
  if (status === 401) return { kind: 'unauthenticated', reason: failureOf(item, 'UNAUTHENTICATED') };
  if (status === 412) return { kind: 'conflict', remote: remoteOf(body['remote']) };
  if (status === 424) return { kind: 'skipped' };
  const scope = scopeOf(status, body['code']);
  if (scope !== undefined) {
    const afterMs = secondsToMs(body['retryAfter']) ?? retryAfter;
    const reason = failureOf(item, 'SERVER_RETRY');
    return { kind: 'retry', reason, scope, ...(afterMs !== undefined && { afterMs }) };
  }
  if (status >= 400 && status < 500) return { kind: 'rejected', reason: failureOf(item, 'REJECTED') };
  return { kind: 'unreachable', reason: failureOf(item, 'NETWORK_CAPTIVE') };
}

/** Whom a "not now" of the receiver is about; `undefined` where the answer is none. */
function scopeOf(status: number, code: unknown): RetryScope | undefined {
  if (status === 404) return code === 'KIND_UNKNOWN' ? 'request' : undefined;
  // 409 belongs to the receiver alone: from anybody else it may mean anything.
  if (status === 408 || status === 409 || status === 425 || code === 'LATER') return 'request';
  if (status === 429 || (status >= 502 && status <= 504)) return 'server';
  return status >= 500 && status < 600 ? 'operation' : undefined;
}

/** Statuses that mean "later" whoever answers: too slow, too early, too often. */
export function asksAnybodyAgain(status: number): boolean {
  return status === 408 || status === 425 || status === 429;
}

function acknowledged(body: AnswerItem['body']): DeliveryOutcome {
  const { version, previousVersion, position } = body;
  return {
    kind: 'acknowledged',
    ...('result' in body && { result: body['result'] }),
    ...(typeof version === 'string' && { version }),
    ...(typeof previousVersion === 'string' && { previousVersion }),
    ...(typeof position === 'string' && { position }),
  };
}

/** A record that is absent or malformed counts as unknown: the resolver sees a value of `undefined`. */
function remoteOf(value: unknown): RemoteRecord {
  if (!isRecord(value)) return { value: undefined };
  const { version, timestamp, deleted } = value;
  return {
    value: value['value'],
    ...(typeof version === 'string' && { version }),
    ...((typeof timestamp === 'string' || typeof timestamp === 'number') && { timestamp }),
    ...(typeof deleted === 'boolean' && { deleted }),
  };
}

/** The server's own code where it gave one, else the library's. */
function failureOf({ status, body }: AnswerItem, otherwise: string): SyncFailure {
  const { code, detail, title } = body;
  const words = [detail, title].find((text) => typeof text === 'string' && text !== '');
  return {
    code: typeof code === 'string' && code !== '' ? code : otherwise,
    message: typeof words === 'string' ? words : `The server answered ${status}.`,
    status,
    details: body,
  };
}

function secondsToMs(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? boundedMs(value * 1000) : undefined;
}
