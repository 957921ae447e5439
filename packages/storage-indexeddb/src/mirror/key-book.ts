import type { Bytes, PayloadCodec } from '@cpc/sync-core';
import { CodecKeys } from '@cpc/sync-core/storage-kit';
import type { Records } from '../connection/records.js';
import { isIntact } from '../format/item.js';
import { keyCheckKey, keyChecks, makeKeyCheck, MAX_KEY_CHECKS, readKeyCheck } from '../format/key-check.js';
import { type Chunk, chunksAfter } from '../format/store-layout.js';

/** How many chunks are read at once where payloads of a key are looked for. */
const CHUNKS_PER_PAGE = 20;

/** Whether a codec has the keys that the queue's payloads were written with, in step with the checks in the database. */
export class KeyBook {
  readonly codec: PayloadCodec;
  readonly keys: CodecKeys;
  /** Keys that something was encoded with and that no check is kept of. */
  readonly #unmet = new Set<string>();

  constructor(codec: PayloadCodec) {
    this.codec = codec;
    this.keys = new CodecKeys(codec);
  }

  /**
   * Compares the codec with the checks that lie in the database, before any payload is read.
   *
   * @throws SyncError `STORAGE_KEY_WRONG`
   */
  async meet(records: Records): Promise<void> {
    this.#unmet.clear();
    await records.keepAliveDuring(this.#meet(records));
  }

  async encode(text: string): Promise<Bytes> {
    const sealed = await this.codec.encode(text);
    const key = this.keys.nameIn(sealed);
    if (!this.keys.isProven(key)) this.#unmet.add(key);
    return sealed;
  }

  /**
   * Keeps the check of the key that was written with, in the transaction that brings the first payload of it. All that is
   * there under its name could be read, so one that is there already is of a key with which nothing is kept.
   */
  async keep(records: Records): Promise<void> {
    if (this.#unmet.size === 0) return;
    const own = await records.keepAliveDuring(this.keys.ownCheck());
    if (own === undefined) return;
    records.put(keyCheckKey(own), makeKeyCheck(own));
    this.keys.trust(own.key);
    this.#unmet.clear();
  }

  async #meet(records: Records): Promise<void> {
    const found = await records.page(keyChecks(), MAX_KEY_CHECKS);
    const { wrong } = await this.keys.meet(found.flatMap(([at, value]) => readKeyCheck(at, value) ?? []));
    for (const key of wrong) await this.keys.proveBy(key, payloadsIn(records));
  }
}

async function* payloadsIn(records: Records): AsyncGenerator<Bytes> {
  for (let after = -Infinity; ;) {
    const page = await records.page(chunksAfter(after), CHUNKS_PER_PAGE);
    for (const [key, value] of page) {
      after = key as number;
      const { items = [] } = (value ?? {}) as Partial<Chunk>;
      for (const item of Array.isArray(items) ? items.filter(isIntact) : [])
        for (const sealed of [item.payload, item.base]) if (ArrayBuffer.isView(sealed)) yield sealed;
    }
    if (page.length < CHUNKS_PER_PAGE) return;
  }
}
