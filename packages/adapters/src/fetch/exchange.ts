import type { Departure } from '../delivery/request-as.js';
import type { ForeignAnswer } from '../wire/wire-answer.js';
import type { WireRequest } from '../wire/wire-request.js';
import { isRedirected } from './redirect.js';

export interface ExchangeOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly cookies: 'omit' | 'same-origin' | 'include';
  readonly maxAnswerBytes: number;
  /** `manual` lets redirects be seen, which are not followed either. */
  readonly redirect: 'error' | 'manual';
}

export interface Exchanged extends ForeignAnswer {
  /** Whether it has more bytes than were read. */
  readonly isCut: boolean;
}

/**
 * Sends the request and reads its answer. Redirects are not followed: a platform that followed one would repeat the
 * headers to another origin, or turn the POST into a GET and report its 200.
 */
export async function exchange(
  { url, method, headers: own, body }: WireRequest,
  { credentials, signal, leave }: Departure,
  options: ExchangeOptions,
): Promise<Exchanged> {
  const headers = new Headers(credentials);
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  const init: RequestInit = {
    method,
    headers,
    ...(body !== undefined && { body }),
    redirect: options.redirect,
    credentials: options.cookies,
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
  };
  leave();
  const response = await options.fetch(url, init);
  const text = await readText(response, options.maxAnswerBytes);
  return {
    status: response.status,
    headers: response.headers,
    json: parseOrUndefined(text),
    url: response.url,
    isRedirect: isRedirected(response, url),
    text: text ?? '',
    isCut: text === undefined,
  };
}

/** The body as text; `undefined` where it is larger than the bound, so that nobody can fill the memory. */
export async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const stream = response.body as ReadableStream<Uint8Array> | null | undefined;
  if (stream === null) return '';
  // React Native's own `fetch` has no streams: all of it is there already.
  if (stream === undefined) return within(await response.text(), maxBytes);
  const reader = stream.getReader();
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

function within(text: string, maxLength: number): string | undefined {
  return text.length > maxLength ? undefined : text;
}

/** A body that is not JSON is an answer too: somebody else's. */
export function parseOrUndefined(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
