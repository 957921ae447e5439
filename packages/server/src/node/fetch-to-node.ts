import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { givenBody, isBodyRead } from './given-body.js';
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
  const { method = 'GET', headers } = request;
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
  );
  const init = { method, headers: fields, ...bodyOf(request) };
  // Whatever the client calls the server: only the path and what follows it matter here.
  return new Request(new URL(addressOf(request), 'http://localhost'), init);
}

function bodyOf(request: IncomingMessage): RequestInit {
  const { method } = request;
  if (method === undefined || method === 'GET' || method === 'HEAD') return {};
  if (isBodyRead(request)) return { body: givenBody(request) as BodyInit };
  return { body: Readable.toWeb(request) as ReadableStream<Uint8Array>, duplex: 'half' } as RequestInit;
}

/** A framework that mounts a listener takes its path away; where nothing is left of it, the whole is needed. */
function addressOf(request: IncomingMessage): string {
  const { url = '/', originalUrl = url } = request as IncomingMessage & { readonly originalUrl?: string };
  return url === '/' || url.startsWith('/?') ? originalUrl : url;
}
