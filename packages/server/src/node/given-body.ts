import type { IncomingMessage } from 'node:http';
import { BodyConsumed } from '../wire/body-consumed.js';

/** What body parsers add to a request. */
interface Parsed {
  readonly rawBody?: unknown;
  readonly body?: unknown;
}

/** Whether somebody has read of the body. Only then does it count what a parser left: some leave `{}` in any case. */
export function isBodyRead(request: IncomingMessage): boolean {
  return request.readableDidRead;
}

/**
 * The body that a parser read, as bytes. What it parsed is written anew, which makes no difference to the receiver: it
 * compares operations by their parsed JSON.
 *
 * @throws BodyConsumed where nothing of it was left
 */
export function givenBody(request: IncomingMessage): Uint8Array {
  const { rawBody, body } = request as Parsed;
  const given = rawBody ?? body;
  if (given === undefined) throw new BodyConsumed();
  if (given instanceof Uint8Array) return given;
  return Buffer.from(typeof given === 'string' ? given : written(given));
}

/** JSON; nothing where it is nested so deeply that writing it takes more stack than there is, which nobody takes. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}
