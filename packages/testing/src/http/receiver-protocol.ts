import type { CarriedOperation } from '../faults/fault-history.js';
import { arrayItems } from './array-items.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';
import { type ForgedItems, type ServerRefusal, STATUS_OF, type WireProtocol } from './wire-protocol.js';

/**
 * The protocol of `@cpc/server` and `FetchTransport`: one operation with its key in `Idempotency-Key`, or a JSON
 * array of them; and refusals as problem documents that name the key.
 */
export const receiverProtocol: WireProtocol = { read, refuse, forge };

/** Headers that are part of an operation; credentials and what a platform adds are not. */
const OPERATION_HEADERS = /^(?:content-type|idempotency-key|if-match|sync-.+)$/;

function read(request: HttpRequest): readonly CarriedOperation[] {
  const { method, path, headers } = request;
  const text = new TextDecoder().decode(request.body);
  const key = keyOf(headers);
  if (key === undefined) return batchOf(text);
  const own = Object.entries(headers).filter(([name]) => OPERATION_HEADERS.test(name));
  const lines = own.map(([name, value]) => `${name}: ${value}`).sort();
  return [{ id: key, bytes: [`${method} ${path}`, ...lines, '', text].join('\n') }];
}

function batchOf(text: string): readonly CarriedOperation[] {
  if (!isJson(text)) return [];
  return (arrayItems(text) ?? []).flatMap((bytes) => {
    const item = JSON.parse(bytes) as { readonly idempotencyKey?: unknown } | null;
    const id = item?.idempotencyKey;
    return typeof id === 'string' ? [{ id, bytes }] : [];
  });
}

function refuse(refusal: ServerRefusal, request: HttpRequest): HttpAnswer {
  const status = STATUS_OF[refusal.kind];
  const key = keyOf(request.headers);
  if (key !== undefined) return json(status, problem(refusal, key));
  const items = batchOf(new TextDecoder().decode(request.body)).map(({ id }) => problem(refusal, id));
  // What concerns an operation is answered item by item, everything else for the whole batch.
  const isByItem = refusal.kind === 'keyInUse' || refusal.kind === 'versionConflict';
  return isByItem ? json(200, items) : json(status, problem(refusal));
}

const CODE_OF = {
  busy: 'OVERLOADED',
  serverError: 'HANDLER_FAILED',
  keyInUse: 'KEY_IN_USE',
  versionConflict: 'VERSION_CONFLICT',
  signedOut: 'UNAUTHENTICATED',
} as const;

function problem(refusal: ServerRefusal, idempotencyKey?: string): object {
  const code = CODE_OF[refusal.kind];
  return {
    type: `urn:problem-type:cpc-sync:${code.toLowerCase().replaceAll('_', '-')}`,
    title: 'Refused by the plan of faults',
    status: STATUS_OF[refusal.kind],
    code,
    idempotencyKey,
    ...(refusal.kind === 'versionConflict' && { remote: refusal.remote }),
    // The body has seconds; a date stands in the header alone.
    ...(refusal.kind === 'busy' &&
      refusal.retryAfterAs === 'seconds' && { retryAfter: Math.ceil(refusal.retryAfterMs / 1000) }),
  };
}

function forge(how: ForgedItems, answer: HttpAnswer): HttpAnswer['body'] {
  const body = objectsOf(answer);
  if (body === undefined) return answer.body;
  const items = Array.isArray(body) ? (body as readonly object[]) : [body];
  if (how === 'otherKey') {
    const others = items.map((item) => ({ ...item, idempotencyKey: 'of-another-operation' }));
    return json(200, Array.isArray(body) ? others : others[0]).body;
  }
  if (how === 'tooMany') return json(200, [...items, ...items.slice(0, 1)]).body;
  return json(200, Array.isArray(body) ? items.slice(1) : {}).body;
}

/** What the body says; `undefined` where it is not JSON, or neither an object nor a list. */
function objectsOf({ body }: HttpAnswer): object | readonly object[] | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(body)) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function json(status: number, value: unknown): HttpAnswer {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  const body = new TextEncoder().encode(JSON.stringify(value));
  return { status, headers: { 'content-type': type, 'cache-control': 'no-store' }, body };
}

/** The key between the quotes of a structured-field string (RFC 9651, section 3.3.3), or as it stands without. */
function keyOf(headers: HttpRequest['headers']): string | undefined {
  const value = headers['idempotency-key'];
  return value?.replace(/^"(.*)"$/s, '$1').replace(/\\(["\\])/g, '$1');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
