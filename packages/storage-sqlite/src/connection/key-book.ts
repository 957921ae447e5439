import type { Bytes, PayloadCodec } from '@cpc/sync-core';
import { CodecKeys } from '@cpc/sync-core/storage-kit';
import {
  keepCheck,
  keptChecks,
  sealedAside,
  sealedBehind,
  type SealedStretch,
} from '../engine/key-checks.js';
import type { QueueTransaction } from '../engine/queue-transaction.js';

/** The checks of keys are not those that were compared with the codec last; they are compared before anything is done. */
export class KeysUnmet extends Error {
  override readonly name = 'KeysUnmet';
}

/** How the book looks into the queue, each time in a transaction that opens no payload. */
export interface QueueAccess {
  read<T>(work: (tx: QueueTransaction) => T): Promise<T>;
  write<T>(work: (tx: QueueTransaction) => T): Promise<T>;
}

/**
 * Whether a codec has the keys that the queue's payloads were written with, in step with the checks in the file, which
 * another process may have made. Every transaction that works with the codec asks {@link check} first.
 */
export class KeyBook {
  readonly keys: CodecKeys;
  #mark: string | undefined;

  constructor(codec: PayloadCodec) {
    this.keys = new CodecKeys(codec);
  }

  /** Makes sure that the checks are those that were met last; throws {@link KeysUnmet}. */
  check(tx: QueueTransaction): void {
    if (keptChecks(tx).mark !== this.#mark) throw new KeysUnmet();
  }

  /**
   * Compares the codec with the checks in the file, and keeps the check of the key that it writes with now.
   *
   * @throws SyncError `STORAGE_KEY_WRONG`
   */
  async meet(queue: QueueAccess): Promise<void> {
    const own = await this.keys.ownCheck();
    for (;;) {
      const { checks, mark } = await queue.read(keptChecks);
      const { right, wrong } = await this.keys.meet(checks);
      const doubtful = new Set(wrong);
      if (own !== undefined && !this.keys.isProven(own.key)) doubtful.add(own.key);
      for (const key of doubtful) await this.keys.proveBy(key, payloadsOf(queue));
      if (own === undefined || right.has(own.key)) {
        this.#mark = mark;
        return;
      }
      // Not where another process was faster: it may have another key.
      await queue.write((tx) => {
        if (keptChecks(tx).mark === mark) keepCheck(tx, own);
      });
    }
  }
}

async function* payloadsOf(queue: QueueAccess): AsyncGenerator<Bytes> {
  for (const behind of [sealedBehind, sealedAside]) {
    for (let after: number | undefined = -Infinity; after !== undefined;) {
      const from: number = after;
      const found: SealedStretch = await queue.read((tx) => behind(tx, from));
      yield* found.payloads;
      after = found.next;
    }
  }
}
