import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

const DECODERS = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

/** What `Content-Encoding` may say. */
export type Encoding = 'identity' | keyof typeof DECODERS;

export function isEncoding(text: string): text is Encoding {
  return text === 'identity' || Object.hasOwn(DECODERS, text);
}

/**
 * Undoes a compression, up to a bound: a body of kilobytes may unfold to gigabytes.
 *
 * @returns the bytes; `too-large` where there are more than the bound; `malformed` where it is not compressed so
 */
export async function unfold(
  bytes: Uint8Array,
  encoding: Encoding,
  maxBytes: number,
): Promise<Uint8Array | 'too-large' | 'malformed'> {
  if (encoding === 'identity') return bytes;
  try {
    return await DECODERS[encoding](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = error as { readonly code?: string };
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed';
  }
}
