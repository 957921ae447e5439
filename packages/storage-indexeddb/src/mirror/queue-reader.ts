import type { QuarantinedRecord, SyncFailure } from '@cpc/sync-core';
import type { Records } from '../connection/records.js';
import { type Meta, readMeta, stampOf, touchedSince } from '../format/meta.js';
import { ASSIGNED_LOG, type Assigned, type Left, type LogEnd, PAST_LOG } from '../format/page-log.js';
import { chunksAfter, META_KEY } from '../format/store-layout.js';
import { QueueImage, type ReadItem } from './queue-image.js';
import type { KeyBook } from './key-book.js';
import { damaged, readItems } from './read-items.js';
import { lastOutcome } from './outcome-pages.js';
import { endOfLog, readLog } from './read-log.js';

/** How many chunks are read at once, so that a long queue never lies in memory twice. */
const CHUNKS_PER_PAGE = 100;

type ReadChunk = readonly [key: number, items: readonly ReadItem[]];

/** An image and the state of the database that it shows. */
export interface Picture {
  readonly image: QueueImage;
  readonly meta: Meta;
  readonly logs: LogEnds;
}

/** Where each log goes on. */
export interface LogEnds {
  readonly assigned: LogEnd<Assigned>;
  readonly past: LogEnd<Left>;
}

const TWICE: SyncFailure = {
  code: 'STORAGE_DAMAGED',
  message: 'The record repeats a sequence that stands earlier in the queue. It was set aside.',
};

const ID_TAKEN: SyncFailure = {
  code: 'OPERATION_ID_REUSED',
  message: 'The id was enqueued again while the record was in quarantine.',
};

/** Brings an image up to date with the database, within the transaction that then relies on it. */
export class QueueReader {
  readonly #book: KeyBook | undefined;
  readonly #emptyMeta: () => Meta;

  constructor(book: KeyBook | undefined, emptyMeta: () => Meta) {
    this.#book = book;
    this.#emptyMeta = emptyMeta;
  }

  /** @returns the same picture where nothing changed since; records that were newly set aside go to `onDamage` */
  async refresh(
    records: Records,
    known: Picture | undefined,
    onDamage: (record: QuarantinedRecord) => void,
  ): Promise<Picture> {
    const value = await records.get(META_KEY);
    if (known !== undefined && stampOf(value) === known.meta.stamp) return known;
    const meta = readMeta(value);
    await this.#book?.meet(records);
    if (meta === undefined) return this.#recover(records, onDamage);
    const touched = known && touchedSince(meta, known.meta.stamp);
    const updated = touched && (await this.#update(records, known, meta, touched, onDamage));
    return updated ?? (await this.#readAll(records, meta, onDamage));
  }

  async #update(
    records: Records,
    known: Picture,
    meta: Meta,
    touched: ReadonlySet<number>,
    onDamage: (record: QuarantinedRecord) => void,
  ): Promise<Picture | undefined> {
    const keys = [...touched].sort((a, b) => a - b);
    const values = await Promise.all(keys.map((key) => records.get(key)));
    const chunks = await this.#open(
      records,
      keys.map((key, at) => [key, values[at]]),
    );
    const { image } = known;
    const before = new Set(image.quarantined.keys());
    const fits = image.read(() => {
      image.withdrawLeases();
      for (const [key, items] of chunks) image.shrinkChunk(key, items);
      if (chunks.some(([key, items]) => image.applyChunk(key, items) !== undefined)) return false;
      finish(image, meta);
      return true;
    });
    if (!fits) return undefined;
    for (const [sequence, record] of image.quarantined) if (!before.has(sequence)) onDamage(record);
    return { image, meta, logs: await this.#readLogs(records, image, known.meta, meta) };
  }

  async #readAll(
    records: Records,
    meta: Meta,
    onDamage: (record: QuarantinedRecord) => void,
  ): Promise<Picture> {
    const image = new QueueImage();
    const logs = await this.#readLogs(records, image, undefined, meta);
    let after = -Infinity;
    for (;;) {
      const page = await records.page(chunksAfter(after), CHUNKS_PER_PAGE);
      const chunks = await this.#open(records, page as readonly (readonly [number, unknown])[]);
      image.read(() => {
        for (const chunk of chunks) applyOrSetAside(image, chunk);
      });
      const last = chunks.at(-1);
      if (last === undefined || chunks.length < CHUNKS_PER_PAGE) break;
      after = last[0];
    }
    image.read(() => finish(image, meta));
    for (const record of image.quarantined.values()) onDamage(record);
    return { image, meta, logs };
  }

  /**
   * There is no meta record: the queue is new, or the record is damaged. Without it nobody knows what was handed
   * out, so whatever lies there counts as attempted.
   */
  async #recover(records: Records, onDamage: (record: QuarantinedRecord) => void): Promise<Picture> {
    const [assigned, past, outcomes] = await Promise.all([
      endOfLog(records, ASSIGNED_LOG),
      endOfLog(records, PAST_LOG),
      lastOutcome(records),
    ]);
    const meta = { ...this.#emptyMeta(), assigned, past, outcomes };
    const picture = await this.#readAll(records, meta, onDamage);
    const { changed, queue } = picture.image;
    for (const entry of queue.index.entries()) {
      entry.attempted = true;
      changed.add(entry);
    }
    return picture;
  }

  /** Opens the payloads, which may take a codec's time. */
  async #open(
    records: Records,
    values: readonly (readonly [number, unknown])[],
  ): Promise<readonly ReadChunk[]> {
    const book = this.#book;
    const opened = values.map(([key, value]) => [key, readItems(key, value, book)] as const);
    if (book === undefined) return opened as readonly ReadChunk[];
    return records.keepAliveDuring(
      Promise.all(opened.map(async ([key, items]): Promise<ReadChunk> => [key, await items])),
    );
  }

  /** Reads what became of ids, from what was known on, or from the beginning. */
  async #readLogs(
    records: Records,
    image: QueueImage,
    known: Meta | undefined,
    meta: Meta,
  ): Promise<LogEnds> {
    const assigned = { from: known?.assigned ?? 0, to: meta.assigned };
    const past = { from: known?.past ?? 0, to: meta.past ?? 0 };
    const { queue } = image;
    return {
      assigned: await readLog<Assigned>(
        records,
        ASSIGNED_LOG,
        assigned,
        ([from, to]) => queue.remember({ from, to }),
        () => queue.loseAssignments(),
      ),
      past: await readLog<Left>(records, PAST_LOG, past, ([id, fate]) => queue.recall(id, fate)),
    };
  }
}

function finish(image: QueueImage, meta: Meta): void {
  image.queue.index.continueFrom(meta.sequence);
  image.queue.leases.continueFrom(meta.token);
  image.queue.principal = meta.principal;
  image.applyLeases(meta.leases, meta.lost);
}

/** Adds a chunk to an image; what contradicts an earlier record is set aside. */
function applyOrSetAside(image: QueueImage, [key, items]: ReadChunk): void {
  let fitting = items;
  for (let round = 1; ; round++) {
    const clash = image.applyChunk(key, fitting);
    if (clash === undefined) return;
    if ('content' in clash && image.giveWay(clash, ID_TAKEN)) continue;
    const sequence = 'damage' in clash ? clash.damage.sequence : clash.item.sequence;
    // A place of its own between two sequences, so that the record keeps its bytes beside the other one.
    const aside = damaged(sequence + round / 4096, clash.item, TWICE);
    fitting = fitting.map((read) => (read === clash ? aside : read));
  }
}
