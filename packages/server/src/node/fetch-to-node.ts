import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { closingHeaders, restOf } from './rest-of.js';

/**
 * Puts a handler of the Fetch API behind `node:http`, streams included: `createServer(fetchToNode(feed.receive))`.
 *
 * @returns a listener, whose promise resolves when the answer is written or the connection broke
 */
export function fetchToNode(
  receive: (request: Request) => Promise<Response>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      const answer = await receive(requestOf(request));
      response.writeHead(answer.status, {
        ...Object.fromEntries(answer.headers),
        ...closingHeaders(request),
      });
      if (answer.body === null) response.flushHeaders();
      else await pipeline(Readable.fromWeb(answer.body as NodeReadableStream), response, { end: false });
      await restOf(request);
      response.end();
    } catch (error) {
      // A connection that broke is everyday; whatever else it was, the caller must not take the answer for whole.
      response.destroy(error instanceof Error ? error : new Error('The handler failed', { cause: error }));
    }
  };
}

function requestOf(request: IncomingMessage): Request {
  const { method = 'GET', url = '/', headers } = request;
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(request) as ReadableStream<Uint8Array>, duplex: 'half' } : {};
  // Whatever the client calls the server: only the path and what follows it matter here.
  return new Request(new URL(url, 'http://localhost'), { method, headers: fields, ...body });
}
