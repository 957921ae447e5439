import { isSyncError, SyncError } from '../errors/sync-error.js';
import type { Bytes } from '../ports/bytes.js';
import type { PayloadCodec } from '../ports/payload-codec.js';

/** The text that a storage lets a codec encode, to know the key again by what came of it. As payloads are, it is JSON. */
const CHECK_TEXT = '"cpc-sync: the key is the right one"';

/** How many payloads a codec may refuse before its key is taken for another one: some may be damaged. */
const MAX_REFUSALS = 100;

/** What a storage keeps of a key: the name that the codec gives it, and the check text as the codec encoded it. */
export interface KeyCheck {
  readonly key: string;
  readonly sealed: Bytes;
}

/** What the checks that a storage keeps say about the keys of a codec. */
export interface MetChecks {
  /** The keys that are the ones of before. */
  readonly right: ReadonlySet<string>;
  /** The keys in whose place another one stood when their check was kept. */
  readonly wrong: ReadonlySet<string>;
}

/**
 * Which keys of a payload codec are proven to be those that a storage's payloads were written with. What a codec with a
 * proven key refuses is damaged or forged; what it refuses with any other key may be as good as ever.
 *
 * A key is proven by its check, or, where that is missing or another key's, by the payloads: where none is kept that
 * was written under its name, the name is free.
 */
export class CodecKeys {
  readonly #codec: PayloadCodec;
  readonly #proven = new Set<string>();

  constructor(codec: PayloadCodec) {
    this.#codec = codec;
  }

  isProven(key: string): boolean {
    return this.#proven.has(key);
  }

  /** The name of the key that bytes were written with; empty where the codec does not tell keys apart. */
  nameIn(bytes: Uint8Array): string {
    return String(this.#codec.keyOf?.(bytes) ?? '');
  }

  /**
   * The check of the key that the codec writes with now; `undefined` where it cannot read or write at present, since its
   * key is locked away for example.
   */
  async ownCheck(): Promise<KeyCheck | undefined> {
    try {
      const sealed = await this.#codec.encode(CHECK_TEXT);
      const isReadable = (await this.#codec.decode(sealed)) === CHECK_TEXT;
      return isReadable ? { key: this.nameIn(sealed), sealed } : undefined;
    } catch {
      // Whoever enqueues, or reads a payload, hears why.
      return undefined;
    }
  }

  /**
   * Compares the keys with the checks that the storage keeps: all of them, as they are now. Those of keys that the codec
   * does not have say nothing.
   */
  async meet(checks: readonly KeyCheck[]): Promise<MetChecks> {
    const [right, wrong] = [new Set<string>(), new Set<string>()];
    for (const { sealed } of checks) {
      const reading = await this.#read(sealed);
      if (reading === undefined) continue;
      (reading.text === CHECK_TEXT ? right : wrong).add(this.nameIn(sealed));
    }
    for (const key of right) wrong.delete(key);
    // What was proven before was so by other checks than these.
    this.#proven.clear();
    for (const key of right) this.#proven.add(key);
    return { right, wrong };
  }

  /**
   * Proves a key by the payloads that are kept. Where none was written under its name it stays unproven, and its check
   * may be kept anew.
   *
   * @param sealed - payloads as they were written, of whatever key
   * @throws SyncError `STORAGE_KEY_WRONG` where the codec refuses those of this key
   */
  async proveBy(key: string, sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    let refusals = 0;
    let refusal: unknown;
    for await (const bytes of sealed) {
      if (this.nameIn(bytes) !== key) continue;
      const reading = await this.#read(new Uint8Array(bytes));
      if (reading === undefined) return;
      if (isJson(reading.text)) {
        this.#proven.add(key);
        return;
      }
      refusal ??= reading.refusal;
      if (++refusals === MAX_REFUSALS) break;
    }
    if (refusals > 0) throw wrongKey(key, refusal);
  }

  /** Takes a key for proven whose check the storage writes in the same step as what it is good for. */
  trust(key: string): void {
    this.#proven.add(key);
  }

  /** What to make of an error with which the codec refused bytes that are as they were written. */
  judge(bytes: Uint8Array, error: unknown): unknown {
    const key = this.nameIn(bytes);
    const isDoubtful = isSyncError(error, 'STORAGE_DAMAGED') && !this.#proven.has(key);
    return isDoubtful ? wrongKey(key, error) : error;
  }

  /** The text, or why the codec refused it; `undefined` where the codec has no such key now. */
  async #read(sealed: Bytes): Promise<{ readonly text?: string; readonly refusal?: unknown } | undefined> {
    try {
      return { text: await this.#codec.decode(sealed) };
    } catch (refusal) {
      return isSyncError(refusal, 'STORAGE_DAMAGED') ? { refusal } : undefined;
    }
  }
}

/** Payloads are JSON, and what a wrong key makes of one without noticing is not. */
function isJson(text: string | undefined): boolean {
  try {
    JSON.parse(text ?? '');
    return true;
  } catch {
    return false;
  }
}

function wrongKey(key: string, cause: unknown): SyncError {
  const named = key === '' ? 'The key of the payload codec' : `The payload codec's key ${key}`;
  return new SyncError(
    'STORAGE_KEY_WRONG',
    `${named} is not the one that the stored payloads were written with. Nothing was changed: open the storage with ` +
      'the key of before, and give a new key a number of its own.',
    { cause, details: { key } },
  );
}
