import type { IncomingMessage } from 'node:http';

/** How long is read on for a sender who has not noticed the answer. */
const LINGER_MS = 2_000;

/** What an answer says to somebody who is still sending: a body that was not read would be taken for the next request. */
export function closingHeaders({ complete }: IncomingMessage): Readonly<Record<string, string>> {
  return complete ? {} : { connection: 'close' };
}

/**
 * Waits for somebody who is still sending, behind the answer. A connection that is closed with something unread is reset,
 * and the answer may be lost with it: so the rest is read and dropped, for a moment.
 */
export function restOf(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, LINGER_MS);
    request.once('end', end);
    request.once('close', end);
    // Whoever read it has answered, and would only fill the memory now.
    request.removeAllListeners('data');
    request.resume();
  });
}
