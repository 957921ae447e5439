import type { IncomingMessage, ServerResponse } from 'node:http';
import { givenBody, isBodyRead } from './given-body.js';
import { closingHeaders, restOf } from './rest-of.js';
import type { WireMessage, WireReply } from '../wire/wire-message.js';

/** What the handler needs of a `Receiver`. */
interface Answering {
  answer(message: WireMessage): Promise<WireReply>;
}

/**
 * Puts a receiver behind `node:http`, without the cost of `Request` and `Response`:
 * `createServer(toNodeHandler(receiver))`. It is a listener for Express, Connect and NestJS as well, at any path:
 * `app.use('/operations', toNodeHandler(receiver))`. Where a body parser came first, its `request.rawBody` or
 * `request.body` is used.
 *
 * @returns a listener, whose promise resolves when the answer is written or the connection broke
 */
export function toNodeHandler(
  receiver: Answering,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const reply = await receiver.answer(messageOf(request)).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error('The receiver failed', { cause: error }));
      return undefined;
    });
    if (reply === undefined || response.destroyed) return;
    const { status, headers, body } = reply;
    const length = { 'content-length': Buffer.byteLength(body) };
    response.writeHead(status, { ...headers, ...closingHeaders(request), ...length });
    if (request.complete) {
      response.end(body);
      return;
    }
    response.write(body);
    await restOf(request);
    response.end();
  };
}

function messageOf(request: IncomingMessage): WireMessage {
  const { headers, method = 'GET', url = '/' } = request;
  const { originalUrl = url } = request as { readonly originalUrl?: string };
  return {
    method,
    path: pathOf(originalUrl),
    // A framework that mounts a listener under a path takes that path away.
    ...(originalUrl !== url && { rest: pathOf(url) }),
    ...(isBodyRead(request) && { isDecoded: true }),
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
      },
    },
    body: (maxBytes) => readRequest(request, maxBytes),
  };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

async function readRequest(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  if (!isBodyRead(request)) return readStream(request, maxBytes);
  const bytes = givenBody(request);
  return bytes.byteLength <= maxBytes ? bytes : undefined;
}

function readStream(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const broken = (): void => reject(new Error('The connection broke while the request was read'));
    if (request.destroyed) {
      broken();
      return;
    }
    const parts: Buffer[] = [];
    let length = 0;
    const take = (part: Buffer): void => {
      length += part.byteLength;
      if (length <= maxBytes) {
        parts.push(part);
        return;
      }
      request.off('data', take).pause();
      resolve(undefined);
    };
    request.on('data', take);
    request.once('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
    request.once('error', reject);
    request.once('close', broken);
  });
}
