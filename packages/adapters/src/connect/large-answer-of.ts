import { Code, type ConnectError } from '@connectrpc/connect';
import type { SyncFailure } from '@cpc/sync-core';
import { AnswerTooLarge } from '../delivery/answer-too-large.js';

/**
 * What this side says of an answer that it did not read to its end; `undefined` where the error is another one.
 *
 * `boundedFetch` throws its own. `readMaxBytes` of connect-node gives a RESOURCE_EXHAUSTED without metadata, while one
 * that a server gave has at least the headers that it came with. It also says so of garbage, whose first bytes it takes
 * for a length.
 */
export function largeAnswerOf({
  cause,
  code,
  details,
  message,
  metadata,
}: ConnectError): SyncFailure | undefined {
  if (cause instanceof AnswerTooLarge) return cause;
  const isBare = details.length === 0 && [...metadata].length === 0;
  return isBare && code === Code.ResourceExhausted ? { code: 'NETWORK_CAPTIVE', message } : undefined;
}
