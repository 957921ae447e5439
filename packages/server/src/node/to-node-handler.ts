import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireMessage, WireReply } from '../wire/wire-message.js';

/** What the handler needs of a `Receiver`. */
interface Answering {
  answer(message: WireMessage): Promise<WireReply>;
}

/**
 * Puts a receiver behind `node:http`, without the cost of `Request` and `Response`:
 * `createServer(toNodeHandler(receiver))`.
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
    // A body that was not read to its end would be taken for the next request.
    const close = request.complete ? {} : { connection: 'close' };
    response.writeHead(status, { ...headers, ...close, 'content-length': Buffer.byteLength(body) });
    if (request.complete) response.end(body);
    else await endBehind(request, response, body);
  };
}

/** How long is read on for a sender who has not noticed the answer. */
const LINGER_MS = 2_000;

/**
 * Answers somebody who is still sending. A connection that is closed with something unread is reset, and the answer
 * may be lost with it: so the rest is read and dropped, for a moment.
 */
function endBehind(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      response.end(resolve);
      if (response.destroyed) resolve();
    };
    const timer = setTimeout(end, LINGER_MS);
    request.once('end', end);
    request.once('close', end);
    response.write(body);
    request.resume();
  });
}

function messageOf(request: IncomingMessage): WireMessage {
  const { headers, method = 'GET', url = '/' } = request;
  const [path = '/'] = url.split('?', 1);
  return {
    method,
    path,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
      },
    },
    body: (maxBytes) => readRequest(request, maxBytes),
  };
}

function readRequest(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
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
