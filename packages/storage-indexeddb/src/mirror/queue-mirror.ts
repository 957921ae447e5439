import type { QuarantinedRecord, StoredOperation } from '@cpc/sync-core';
import type { MemoryQueue } from '@cpc/sync-core/storage-kit';
import type { Records } from '../connection/records.js';
import type { PayloadCodec } from '@cpc/sync-core';
import { FORMAT } from '../format/store-layout.js';
import { KeyBook } from './key-book.js';
import { QueueReader, type Picture } from './queue-reader.js';
import { QueueWriter } from './queue-writer.js';

export interface QueueMirrorOptions {
  readonly codec: PayloadCodec | undefined;
  /** A new text at each call, different from that of every other instance on the same database. */
  readonly nextStamp: () => string;
  /** Where tokens begin in a new database: higher than any token of a database that was deleted. */
  readonly firstToken: () => number;
  readonly onDamage: (record: QuarantinedRecord) => void;
}

/** Which operations could be read at some time. */
export interface Readable {
  readonly sequences: ReadonlySet<number>;
  readonly last: number;
}

/**
 * The queue in memory, made to agree with the database at the beginning of each transaction and written back at
 * its end. It is valid only within a transaction; between two of them, other tabs may have changed everything.
 *
 * Every commit writes a stamp that no other commit ever had. Reading the same stamp again proves that nobody
 * committed in between; otherwise the log beside it names the chunks to look at, or all are read anew.
 */
export class QueueMirror {
  readonly #reader: QueueReader;
  readonly #writer: QueueWriter;
  readonly #onDamage: (record: QuarantinedRecord) => void;
  readonly #reported = new Set<number>();
  #picture: Picture | undefined = undefined;
  #token = 0;
  #readings = 0;

  constructor({ codec, nextStamp, firstToken, onDamage }: QueueMirrorOptions) {
    const book = codec && new KeyBook(codec);
    this.#reader = new QueueReader(book, () => ({
      format: FORMAT,
      stamp: nextStamp(),
      sequence: 0,
      token: firstToken(),
      leases: [],
      assigned: 0,
      log: [],
    }));
    this.#writer = new QueueWriter(book, nextStamp);
    this.#onDamage = onDamage;
  }

  get quarantined(): readonly QuarantinedRecord[] {
    const records = [...(this.#picture?.image.quarantined.values() ?? [])];
    return records.sort((a, b) => a.sequence - b.sequence);
  }

  /** What can be read, by sequence, and the highest sequence that was given out. */
  get readable(): Readable {
    const image = this.#picture?.image;
    return { sequences: new Set(image?.slots.keys()), last: image?.queue.index.sequence ?? 0 };
  }

  /** Lets in what can be read now and could not be then: what came later came by itself. @returns it as it is now */
  readmit({ sequences, last }: Readable): readonly StoredOperation[] {
    const image = this.#picture?.image;
    if (image === undefined) return [];
    const back = [...image.slots.values()].map(({ entry }) => entry);
    return back
      .filter(({ sequence }) => sequence <= last && !sequences.has(sequence))
      .map((entry) => {
        image.queue.readmit(entry);
        // Also where it stays as it is, so that other tabs look again.
        image.changed.add(entry);
        return entry.snapshot();
      });
  }

  /** The sequence of the last outcome that was kept. */
  get lastOutcome(): number {
    return this.#picture?.meta.outcomes ?? 0;
  }

  /** How often something had to be read that this instance had not written itself. */
  get readings(): number {
    return this.#readings;
  }

  /** Reads what other tabs wrote; on return the queue is what lies in the database. */
  async refresh(records: Records): Promise<MemoryQueue> {
    const known = this.#picture;
    this.#picture = undefined;
    this.#picture = await this.#reader.refresh(records, known, (record) => this.#report(record));
    if (this.#picture !== known) this.#readings++;
    const { queue } = this.#picture.image;
    // A claim that came out empty wrote nothing, but its token is not given out again.
    queue.leases.continueFrom(this.#token);
    return queue;
  }

  /** @returns whether there was anything to write */
  async write(records: Records): Promise<boolean> {
    const before = this.#picture;
    if (before === undefined) throw new Error('The mirror must be refreshed before it is written.');
    before.image.queue.index.compact();
    this.#token = before.image.queue.leases.token;
    const after = await this.#writer.write(records, before);
    this.#picture = after;
    return after.meta !== before.meta;
  }

  /** Forgets everything: the transaction did not commit, or nobody knows whether it did. */
  invalidate(): void {
    this.#picture = undefined;
  }

  #report(record: QuarantinedRecord): void {
    if (this.#reported.has(record.sequence)) return;
    this.#reported.add(record.sequence);
    this.#onDamage(record);
  }
}
