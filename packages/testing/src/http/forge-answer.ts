import type { Forgery } from '../faults/fault.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';
import type { WireProtocol } from './wire-protocol.js';

const HUGE_BYTES = 16_000_000;

/** An answer as it must never be believed. */
export function forgeAnswer(
  how: Forgery,
  answer: HttpAnswer,
  request: HttpRequest,
  protocol: WireProtocol,
): HttpAnswer {
  // Compressed, it could not be told from damage.
  const { 'content-encoding': encoding, 'content-length': length, ...headers } = answer.headers;
  return { ...answer, headers, body: body() };

  function body(): HttpAnswer['body'] {
    switch (how) {
      case 'truncated':
        return answer.body.subarray(0, answer.body.byteLength >> 1);
      case 'empty':
        return new Uint8Array();
      case 'notJson':
        return new TextEncoder().encode('<!doctype html><p>Welcome</p>');
      case 'huge':
        return new Uint8Array(HUGE_BYTES);
      case 'otherKey':
      case 'tooMany':
      case 'tooFew':
        return protocol.forge(how, answer, request);
    }
  }
}
