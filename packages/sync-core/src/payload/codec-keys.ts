import { isSyncError, SyncError } from '../errors/sync-error.js';
import type { Bytes } from '../ports/bytes.js';
import type { PayloadCodec } from '../ports/payload-codec.js';

/** The text that a storage lets a codec encode, to know the key again by what came of it. */
const CHECK_TEXT = 'cpc-sync: the key is the right one';

/** What a storage keeps of a key: the name that the codec gives it, and the check text as the codec encoded it. */
export interface KeyCheck {
  readonly key: string;
  readonly sealed: Bytes;
}

/**
 * Which keys of a payload codec are proven to be those that a storage's payloads were written with. What a codec with a
 * proven key refuses is damaged or forged; what it refuses with any other key may be as good as ever.
 */
export class CodecKeys {
  readonly #codec: PayloadCodec;
  readonly #proven = new Set<string>();

  constructor(codec: PayloadCodec) {
    this.#codec = codec;
  }

  /**
   * The check of the key that the codec writes with now; `undefined` where the codec does not write, since its key is
   * locked away for example. Such a codec can neither be proven nor do harm.
   */
  async ownCheck(): Promise<KeyCheck | undefined> {
    try {
      const sealed = await this.#codec.encode(CHECK_TEXT);
      return { key: this.nameIn(sealed), sealed };
    } catch {
      // Whoever enqueues hears why.
      return undefined;
    }
  }

  /**
   * Takes the checks that a storage kept for proof. Those of keys that the codec does not have prove nothing.
   *
   * @throws SyncError `STORAGE_KEY_WRONG` where the codec has another key under the same name
   */
  async prove(checks: readonly KeyCheck[]): Promise<void> {
    for (const { key, sealed } of checks) {
      if (this.#proven.has(key)) continue;
      const text = await this.#decoded(sealed);
      if (text === undefined) continue;
      if (text !== CHECK_TEXT) throw wrongKey(key);
      this.#proven.add(key);
    }
  }

  isProven(key: string): boolean {
    return this.#proven.has(key);
  }

  /** The name of the key that bytes were written with. */
  nameIn(bytes: Uint8Array): string {
    return String(this.#codec.keyOf?.(bytes) ?? '');
  }

  /** What to make of an error with which the codec refused bytes that are as they were written. */
  judge(bytes: Uint8Array, error: unknown): unknown {
    const key = this.nameIn(bytes);
    const isDoubtful = isSyncError(error, 'STORAGE_DAMAGED') && !this.#proven.has(key);
    return isDoubtful ? wrongKey(key, error) : error;
  }

  /** The text; something that is no text of ours where it was refused; `undefined` where the codec has no such key. */
  async #decoded(sealed: Bytes): Promise<string | undefined> {
    try {
      return await this.#codec.decode(sealed);
    } catch (error) {
      return isSyncError(error, 'STORAGE_DAMAGED') ? '' : undefined;
    }
  }
}

function wrongKey(key: string, cause?: unknown): SyncError {
  const named = key === '' ? 'The key of the payload codec' : `The payload codec's key ${key}`;
  return new SyncError(
    'STORAGE_KEY_WRONG',
    `${named} is not the one that the stored payloads were written with. Nothing was changed: open the storage with ` +
      'the key of before, and give a new key a number of its own.',
    { cause, details: { key } },
  );
}
