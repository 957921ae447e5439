import { BodyConsumed } from './body-consumed.js';

/**
 * Reads a request's body up to a bound; `undefined` where it is longer, of which the rest is called off. Rejects with
 * a {@link BodyConsumed} where somebody has read it.
 */
export async function readBody(
  { body: stream, bodyUsed }: Pick<Request, 'body' | 'bodyUsed'>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (bodyUsed || stream?.locked === true) throw new BodyConsumed();
  if (stream === null) return new Uint8Array();
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    parts.push(part.value);
  }
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : concat(parts, length);
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
