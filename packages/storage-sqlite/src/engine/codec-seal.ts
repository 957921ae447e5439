import type { PayloadCodec } from '@cpc/sync-core';
import type { CodecKeys } from '@cpc/sync-core/storage-kit';
import type { SqlValue } from '../drivers/sqlite-driver.js';
import type { PayloadSeal } from './payload-seal.js';

/** The transaction came upon payloads that the codec has not seen; it begins anew after {@link CodecSeal.catchUp}. */
export class CodecPending extends Error {
  override readonly name = 'CodecPending';
}

type Reading = { readonly text: string } | { readonly failure: unknown };

/**
 * A payload codec for transactions, which cannot wait: it answers from what was encoded and decoded before, and
 * otherwise ends the transaction and notes what is missing. One lives as long as a call of the storage.
 */
export class CodecSeal implements PayloadSeal {
  readonly isPlain = false;
  readonly #codec: PayloadCodec;
  readonly #keys: CodecKeys;
  readonly #meetKeys: () => Promise<void>;
  readonly #sealed = new Map<string, Uint8Array>();
  readonly #opened = new Map<string, Reading>();
  #missing: (() => Promise<void>)[] = [];

  /**
   * @param keys - which keys of the codec are proven
   * @param meetKeys - compares them with those that the queue was written with; called before another one is written with
   */
  constructor(codec: PayloadCodec, keys: CodecKeys, meetKeys: () => Promise<void>) {
    this.#codec = codec;
    this.#keys = keys;
    this.#meetKeys = meetKeys;
  }

  seal(text: string): SqlValue {
    const sealed = this.#sealed.get(text);
    if (sealed !== undefined) return sealed;
    this.#missing.push(() => this.encode([text]));
    throw new CodecPending();
  }

  expect(values: readonly SqlValue[]): void {
    for (const value of values) {
      if (!(value instanceof Uint8Array) || this.#opened.has(keyOf(value))) continue;
      this.#missing.push(() => this.#decode(value));
    }
    if (this.#missing.length > 0) throw new CodecPending();
  }

  open(value: SqlValue): string {
    // Text was written before the codec was configured.
    if (typeof value === 'string') return value;
    this.expect([value]);
    const reading = this.#opened.get(keyOf(value as Uint8Array));
    if (reading === undefined) throw new TypeError('expected a payload of text or bytes');
    if ('failure' in reading) throw reading.failure;
    return reading.text;
  }

  /** Encodes ahead, what a call will surely write. */
  async encode(texts: readonly string[]): Promise<void> {
    await Promise.all(
      texts.map(async (text) => {
        if (this.#sealed.has(text)) return;
        const sealed = await this.#codec.encode(text);
        if (!this.#keys.isProven(this.#keys.nameIn(sealed))) await this.#meetKeys();
        this.#sealed.set(text, sealed);
      }),
    );
  }

  /** Encodes and decodes what was missing. */
  async catchUp(): Promise<void> {
    const missing = this.#missing;
    this.#missing = [];
    await Promise.all(missing.map((step) => step()));
  }

  async #decode(bytes: Uint8Array): Promise<void> {
    const key = keyOf(bytes);
    try {
      this.#opened.set(key, { text: await this.#codec.decode(new Uint8Array(bytes)) });
    } catch (error) {
      this.#opened.set(key, { failure: this.#keys.judge(bytes, error) });
    }
  }
}

/** A distinct text for distinct bytes: windows-1252, as which `latin1` decodes, gives each byte its own letter. */
function keyOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
