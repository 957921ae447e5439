import { encodeProblem } from '../answer/encode-answer.js';
import { HEADERS, problem } from '@cpc/protocol';
import { platformEvery } from '../store/platform-every.js';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import type { WireReply } from '../wire/wire-message.js';
import { answerFrame, parseRequestFrame, type RequestFrame } from './request-frame.js';
import { OPEN, type ServedSocket } from './served-socket.js';

export interface WebSocketReceiverOptions {
  /** The most requests of one socket at once; more are answered with 503. @defaultValue 64 */
  readonly maxConcurrent?: number;
  /** A socket whose answers pile up to more bytes than this is closed. @defaultValue 16_000_000 */
  readonly maxBufferedBytes?: number;
  /**
   * A socket on which nothing was asked or answered for so long is closed, in milliseconds, after twice as long at the
   * latest: its device may have lost its power, which nothing else tells. Longer than the transport's, which closes first.
   *
   * @defaultValue 60_000
   */
  readonly idleMs?: number;
  /** Calls back again and again until it is stopped. @defaultValue the platform's timers */
  readonly every?: (intervalMs: number, callback: () => void) => () => void;
}

/** Close codes (RFC 6455, section 7.4.1). */
const CLOSE = {
  goingAway: 1001,
  unsupportedData: 1003,
  invalidPayload: 1007,
  policyViolation: 1008,
  internalError: 1011,
};

/**
 * Puts a receiver behind WebSockets. With the package `ws`:
 *
 * ```ts
 * const sockets = new WebSocketServer({ server, path: '/operations', maxPayload: 4_200_000 });
 * sockets.on('connection', webSocketReceiver(receiver));
 * ```
 *
 * A request is a frame of text: a head, a newline, and the body of a batch as over HTTP; so is its answer. The
 * receiver's `authenticate` is given the credentials of each request. It is not given the headers of the
 * handshake, because a browser puts the user's cookies on a handshake that any site may begin.
 *
 * @throws RangeError where an option is not what it should be
 * @returns what serves one open socket
 */
export function webSocketReceiver(
  receiver: AnsweringReceiver,
  options: WebSocketReceiverOptions = {},
): (socket: ServedSocket) => void {
  const maxConcurrent = positive('maxConcurrent', options.maxConcurrent ?? 64);
  const maxBufferedBytes = positive('maxBufferedBytes', options.maxBufferedBytes ?? 16_000_000);
  const idleMs = positive('idleMs', options.idleMs ?? 60_000);
  const { every = platformEvery } = options;
  return (socket) => {
    let running = 0;
    const active = closeWhenIdle(
      socket,
      (tick) => every(idleMs, tick),
      () => running > 0,
    );
    const answer = async (frame: RequestFrame): Promise<void> => {
      running++;
      try {
        const { status, headers = {}, body } = await replyTo(receiver, frame, running > maxConcurrent);
        if (socket.readyState !== OPEN) return;
        const { date } = headers;
        socket.send(
          answerFrame({ request: frame.request, status, ...(date !== undefined && { date }) }, body),
        );
        if ((socket.bufferedAmount ?? 0) > maxBufferedBytes) socket.close(CLOSE.policyViolation);
      } catch {
        // The sender is told by the close that nobody knows what became of its requests; it sends them again.
        socket.close(CLOSE.internalError);
      } finally {
        running--;
        active();
      }
    };
    socket.addEventListener('message', ({ data }) => {
      active();
      const frame = typeof data === 'string' ? parseRequestFrame(data) : undefined;
      if (frame !== undefined) void answer(frame);
      else socket.close(typeof data === 'string' ? CLOSE.invalidPayload : CLOSE.unsupportedData);
    });
    // A frame that is too large or malformed, or a broken connection. `ws` closes the socket by itself, but where
    // nobody listens, its error ends the whole process.
    socket.addEventListener('error', () => undefined);
  };
}

/** Closes the socket when two ticks come with nothing between them. @returns what says that there was something */
function closeWhenIdle(
  socket: ServedSocket,
  every: (tick: () => void) => () => void,
  isBusy: () => boolean,
): () => void {
  let wasActive = true;
  const stop = every(() => {
    if (wasActive || isBusy()) {
      wasActive = false;
      return;
    }
    stop();
    socket.close(CLOSE.goingAway, 'idle');
  });
  socket.addEventListener('close', () => stop());
  return () => (wasActive = true);
}

async function replyTo(
  receiver: AnsweringReceiver,
  { credentials, principal, ask, body }: RequestFrame,
  isOverloaded: boolean,
): Promise<Pick<WireReply, 'status' | 'body'> & Partial<WireReply>> {
  if (isOverloaded) return encodeProblem(undefined, problem('OVERLOADED', { retryAfter: 1 }));
  const bytes = encoder.encode(body);
  const headers = new Map(Object.entries({ ...credentials, 'content-type': 'application/json' }));
  headers.delete('content-encoding');
  headers.delete(HEADERS.principal);
  if (principal !== undefined) headers.set(HEADERS.principal, encodeURIComponent(principal));
  return receiver.answer({
    method: ask === undefined ? 'POST' : 'GET',
    path: ask === undefined ? receiver.path : `${receiver.path}/${ask}`,
    headers: { get: (name) => headers.get(name.toLowerCase()) ?? null },
    body: (maxBytes) => Promise.resolve(bytes.byteLength > maxBytes ? undefined : bytes),
  });
}

const encoder = new TextEncoder();

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} takes an integer of at least 1; got ${value}`);
}
