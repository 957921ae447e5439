import type { Refusal } from '../faults/carry.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';
import type { WireProtocol } from './wire-protocol.js';

/**
 * What a refusal looks like on the wire.
 *
 * @param now - the server's wall clock, in milliseconds since the epoch
 */
export function answerOfRefusal(
  refusal: Refusal,
  request: HttpRequest,
  protocol: WireProtocol,
  now: number,
): HttpAnswer {
  switch (refusal.kind) {
    case 'captivePortal':
      return page(200, 'Welcome to our network. Accept the terms to go on.', now);
    case 'badGateway':
      return page(502, 'The gateway got no answer.', now);
    case 'redirect':
      return withHeaders(page(refusal.status, 'It is elsewhere.', now), { location: refusal.to });
    case 'busy': {
      const after =
        refusal.retryAfterAs === 'date'
          ? httpDate(now + refusal.retryAfterMs)
          : String(Math.ceil(refusal.retryAfterMs / 1000));
      return withHeaders(protocol.refuse(refusal, request), { date: httpDate(now), 'retry-after': after });
    }
    case 'serverError':
    case 'keyInUse':
    case 'versionConflict':
    case 'signedOut':
      return withHeaders(protocol.refuse(refusal, request), { date: httpDate(now) });
  }
}

/** A real answer as it would be if the server's clock were ahead by that much. */
export function withSkew(answer: HttpAnswer, clockSkewMs: number): HttpAnswer {
  const date = Date.parse(answer.headers['date'] ?? '');
  if (clockSkewMs === 0 || Number.isNaN(date)) return answer;
  return withHeaders(answer, { date: httpDate(date + clockSkewMs) });
}

function withHeaders(answer: HttpAnswer, headers: HttpAnswer['headers']): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function page(status: number, text: string, now: number): HttpAnswer {
  const body = new TextEncoder().encode(`<!doctype html><title>${status}</title><p>${text}</p>`);
  return { status, headers: { date: httpDate(now), 'content-type': 'text/html; charset=utf-8' }, body };
}

/** In whole seconds, as HTTP writes it (RFC 9110, section 5.6.7). */
function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
