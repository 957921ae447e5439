import { isSyncError, type Clock, type DeliveryOutcome, type SyncFailure } from '@cpc/sync-core';
import type { WireAnswer } from './wire-answer.js';
import type { WireRequest } from './wire-request.js';

/** What a request met: an answer, whoever gave it, or none. */
export type Exchange =
  | { readonly kind: 'answer'; readonly answer: WireAnswer }
  | Extract<DeliveryOutcome, { kind: 'unreachable' | 'unauthenticated' }>;

export interface ExchangeOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly cookies: 'omit' | 'same-origin' | 'include';
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/**
 * Runs `work` with a signal that is aborted with `outer`, and after `timeoutMs`. Whatever `work` throws is
 * taken as "no answer": a refused connection, a redirect, a timeout.
 */
export async function withinTime(
  work: (signal: AbortSignal) => Promise<Exchange>,
  outer: AbortSignal,
  options: ExchangeOptions,
): Promise<Exchange> {
  const controller = new AbortController();
  const follow = (): void => controller.abort(outer.reason);
  if (outer.aborted) return unreachable(outer.reason, outer, false);
  outer.addEventListener('abort', follow, { once: true });
  let timedOut = false;
  const timer = options.clock.setTimer(() => {
    timedOut = true;
    controller.abort(new Error(`no answer within ${options.timeoutMs} ms`));
  }, options.timeoutMs);
  try {
    return await work(controller.signal);
  } catch (error) {
    return unreachable(error, outer, timedOut);
  } finally {
    options.clock.clearTimer(timer);
    outer.removeEventListener('abort', follow);
  }
}

/**
 * Sends the request and reads its answer. Redirects are errors: a platform that followed one would repeat the
 * headers to another origin, or turn the POST into a GET and report its 200.
 */
export async function exchange(
  request: WireRequest,
  credentials: Readonly<Record<string, string>>,
  signal: AbortSignal,
  options: ExchangeOptions,
): Promise<Exchange> {
  const headers = new Headers(credentials);
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, value);
  const response = await options.fetch(request.url, {
    method: 'POST',
    headers,
    body: request.body,
    redirect: 'error',
    credentials: options.cookies,
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
  });
  const json = parseOrUndefined(await readText(response, options.maxAnswerBytes));
  return { kind: 'answer', answer: { status: response.status, headers: response.headers, json } };
}

/** The body as text; `undefined` where it is larger than the bound, so that nobody can fill the memory. */
async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder('utf-8');
  let text = '';
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** A body that is not JSON is an answer too: somebody else's. */
function parseOrUndefined(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown, outer: AbortSignal, timedOut: boolean): Exchange {
  return { kind: 'unreachable', reason: reasonOf(error, outer, timedOut) };
}

function reasonOf(error: unknown, outer: AbortSignal, timedOut: boolean): SyncFailure {
  if (timedOut) return { code: 'ATTEMPT_TIMEOUT', message: `No answer came in time: ${describe(error)}.` };
  if (outer.aborted) {
    const code = isSyncError(outer.reason) ? outer.reason.code : 'ATTEMPT_TIMEOUT';
    return { code, message: `The send was called off: ${describe(outer.reason)}.` };
  }
  return { code: 'NETWORK_UNREACHABLE', message: `No answer came: ${describe(error)}.` };
}

/** An error's text with that of its cause, where platforms hide the useful part (`fetch failed`). */
function describe(error: unknown): string {
  const message = messageOf(error);
  const cause = isObject(error) && 'cause' in error ? messageOf(error.cause) : undefined;
  return [message ?? String(error), cause].filter((text) => text !== undefined).join(': ');
}

/** Not by `instanceof`: an error may come from another realm. */
function messageOf(error: unknown): string | undefined {
  const message = isObject(error) && 'message' in error ? error.message : undefined;
  return typeof message === 'string' && message !== '' ? message : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
