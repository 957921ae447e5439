import { atLeastOne } from '../delivery/at-least-one.js';
import { AnswerTooLarge } from '../delivery/answer-too-large.js';

import { isRedirected } from '../fetch/redirect.js';

export interface BoundedFetchOptions {
  /** The most bytes that are read of one answer. @defaultValue 4_000_000 */
  readonly maxAnswerBytes?: number;
  /** @defaultValue the platform's */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A `fetch` whose answers end in an error above a size, for clients that read them whole, as those of
 * `@connectrpc/connect-web` do: a server that sends without an end would fill the memory.
 *
 * An answer that came by a redirect is an error too, since some platforms follow one whatever they are told.
 *
 * Where the platform gives no streams, as React Native's own `fetch`, answers are passed on as they are.
 *
 * @throws RangeError where the size is not an integer of at least 1
 */
export function boundedFetch(options: BoundedFetchOptions = {}): typeof globalThis.fetch {
  const maxBytes = atLeastOne('maxAnswerBytes', options.maxAnswerBytes ?? 4_000_000);
  // Looked up at each call, so that an instrumentation that is installed later is used.
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return async (input, init) => {
    const response = await fetch(input, init);
    const asked = input instanceof Request ? input.url : String(input);
    if (isRedirected(response, asked))
      throw new Error('The answer is that of a redirect, not of the server.');
    const body = response.body as ReadableStream<Uint8Array<ArrayBuffer>> | null | undefined;
    if (body === null || body === undefined) return response;
    const { status, statusText, headers } = response;
    return new Response(body.pipeThrough(bounded(maxBytes)), { status, statusText, headers });
  };
}

function bounded(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(part: Uint8Array<ArrayBuffer>, controller) {
      bytes += part.byteLength;
      if (bytes > maxBytes) throw new AnswerTooLarge(maxBytes);
      controller.enqueue(part);
    },
  });
}
