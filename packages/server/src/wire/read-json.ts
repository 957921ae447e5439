import type { ProblemCode } from '@cpc/protocol';
import { BodyConsumed } from './body-consumed.js';
import { parseJson } from './parse-json.js';
import { encodingOf } from './refused-message.js';
import { isEncoding, unfold } from './unfold.js';
import type { WireMessage } from './wire-message.js';

/** A message's body as JSON, or the code of why there is none, with an error where it is the server's fault. */
export type ReadJson =
  | { readonly ok: true; readonly json: unknown; readonly byteLength: number }
  | { readonly ok: false; readonly code: ProblemCode; readonly error?: BodyConsumed };

/** Reads, unfolds and parses a body of at most so many bytes, also once it is unfolded. Rejects where reading does. */
export async function readJson(message: WireMessage, maxBytes: number): Promise<ReadJson> {
  const bytes = await bytesOf(message, maxBytes);
  if (bytes instanceof BodyConsumed) return { ok: false, code: 'BODY_CONSUMED', error: bytes };
  if (bytes === 'too-large') return { ok: false, code: 'BODY_TOO_LARGE' };
  const json = bytes === 'malformed' ? undefined : parseJson(bytes);
  return json?.ok === true && bytes !== 'malformed'
    ? { ok: true, json: json.value, byteLength: bytes.byteLength }
    : { ok: false, code: 'BODY_MALFORMED' };
}

async function bytesOf(
  message: WireMessage,
  maxBytes: number,
): Promise<Uint8Array | 'too-large' | 'malformed' | BodyConsumed> {
  try {
    const bytes = await message.body(maxBytes);
    if (bytes === undefined) return 'too-large';
    const encoding = encodingOf(message.headers);
    return message.isDecoded === true || !isEncoding(encoding)
      ? bytes
      : await unfold(bytes, encoding, maxBytes);
  } catch (error) {
    if (error instanceof BodyConsumed) return error;
    throw error;
  }
}
