import type { WireAnswer } from '../wire/wire-answer.js';
import type { WireRequest } from '../wire/wire-request.js';

export interface ExchangeOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly cookies: 'omit' | 'same-origin' | 'include';
  readonly maxAnswerBytes: number;
}

export interface Exchanged extends WireAnswer {
  /** Whether it has more bytes than were read. */
  readonly isCut: boolean;
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
): Promise<Exchanged> {
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
  const text = await readText(response, options.maxAnswerBytes);
  const { status } = response;
  return { status, headers: response.headers, json: parseOrUndefined(text), isCut: text === undefined };
}

/** The body as text; `undefined` where it is larger than the bound, so that nobody can fill the memory. */
export async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
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
export function parseOrUndefined(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
