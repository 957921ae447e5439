import { systemRandom } from '../clock/system-random.js';
import { SyncError } from '../errors/sync-error.js';
import type { Bytes } from '../ports/bytes.js';
import type { PayloadCodec } from '../ports/payload-codec.js';
import type { RandomSource } from '../ports/random-source.js';

/** The first byte of what is written, so that a later form can be told from this one. */
const FORM = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const LARGEST_KEY_ID = 255;

export interface AesGcmCodecOptions {
  /**
   * The keys by number, from 0 to 255: `AES-GCM` keys of 128 or 256 bits, for `encrypt` and `decrypt`. Keep old ones
   * for as long as operations that were written with them may be in a queue, and never put another key under a number:
   * the storage refuses it with `STORAGE_KEY_WRONG`.
   */
  readonly keys: ReadonlyMap<number, CryptoKey>;
  /** The number of the key to write with. */
  readonly writeWith: number;
  /** Where the initialisation vectors come from. Repeating one under the same key breaks AES-GCM. */
  readonly random?: RandomSource;
}

/**
 * Encrypts payloads with AES-GCM (NIST SP 800-38D): nobody without the key can read or alter them unnoticed. Each is
 * written as one byte for the form, one for the key, a random vector of 96 bits, and the encrypted text with its tag
 * of 128 bits. A key is good for about four thousand million payloads; change it long before.
 */
export class AesGcmCodec implements PayloadCodec {
  readonly #keys: ReadonlyMap<number, CryptoKey>;
  readonly #writeWith: number;
  readonly #random: RandomSource;

  /** Throws a `RangeError` where `writeWith` names no key or a number is not from 0 to 255. */
  constructor({ keys, writeWith, random = systemRandom }: AesGcmCodecOptions) {
    for (const id of keys.keys()) {
      if (!Number.isInteger(id) || id < 0 || id > LARGEST_KEY_ID) {
        throw new RangeError(`the numbers of keys must be from 0 to ${LARGEST_KEY_ID}, got ${id}`);
      }
    }
    if (!keys.has(writeWith)) throw new RangeError(`writeWith must name one of the keys, got ${writeWith}`);
    this.#keys = new Map(keys);
    this.#writeWith = writeWith;
    this.#random = random;
  }

  async encode(payload: string): Promise<Bytes> {
    const iv = new Uint8Array(IV_BYTES);
    this.#random.fill(iv);
    const head = new Uint8Array([FORM, this.#writeWith]);
    const encrypted = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: head },
      this.#key(this.#writeWith),
      new TextEncoder().encode(payload),
    );
    return concatenated(head, iv, new Uint8Array(encrypted));
  }

  async decode(bytes: Bytes): Promise<string> {
    const [form, keyId] = bytes;
    if (form !== FORM || keyId === undefined || bytes.length < 2 + IV_BYTES + TAG_BYTES) {
      throw damaged('The bytes are not an encrypted payload.');
    }
    const key = this.#key(keyId);
    const iv = bytes.subarray(2, 2 + IV_BYTES);
    const text = await decrypted(key, {
      iv,
      head: bytes.subarray(0, 2),
      encrypted: bytes.subarray(2 + IV_BYTES),
    });
    return new TextDecoder().decode(text);
  }

  /** The number of the key that a payload was written with; `undefined` where the bytes are no payload of this codec. */
  keyOf([form, keyId]: Uint8Array): number | undefined {
    return form === FORM ? keyId : undefined;
  }

  #key(id: number): CryptoKey {
    const key = this.#keys.get(id);
    if (key !== undefined) return key;
    throw new SyncError(
      'STORAGE_FAILED',
      `The payload was written with key ${id}, which the codec was not given. Add it to \`keys\`.`,
      { details: { key: id } },
    );
  }
}

async function decrypted(
  key: CryptoKey,
  parts: Readonly<Record<'iv' | 'head' | 'encrypted', Bytes>>,
): Promise<ArrayBuffer> {
  const algorithm = { name: 'AES-GCM', iv: parts.iv, additionalData: parts.head };
  try {
    return await crypto.subtle.decrypt(algorithm, key, parts.encrypted);
  } catch (cause) {
    // WebCrypto tells a wrong tag by this name and nothing more.
    if (cause instanceof DOMException && cause.name === 'OperationError') {
      throw damaged('The encrypted payload was altered, or its key is another one.', cause);
    }
    throw cause;
  }
}

function damaged(message: string, cause?: unknown): SyncError {
  return new SyncError('STORAGE_DAMAGED', message, { cause });
}

function concatenated(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
