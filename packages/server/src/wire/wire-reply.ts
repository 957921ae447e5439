import type { EncodedAnswer } from '../ports/effect-store.js';
import type { WireReply } from './wire-message.js';

/** An answer as a whole reply: JSON, or a problem document, that no cache keeps. */
export function replyOf(answer: EncodedAnswer): WireReply {
  const { status, body, retryAfter } = answer;
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body,
  };
}

export function withHeader(reply: WireReply, name: string, value: string): WireReply {
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

/**
 * The address is not the receiver's. Not a problem of this protocol, so that a sender takes it for a wrong address.
 *
 * @param detail - what there is, for whoever mounts it
 */
export function notFound(detail: string): WireReply {
  return {
    status: 404,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({ type: 'about:blank', title: 'Not Found', status: 404, detail }),
  };
}
