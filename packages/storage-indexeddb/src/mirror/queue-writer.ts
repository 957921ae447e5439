import type { Entry } from '@cpc/sync-core/storage-kit';
import type { Records } from '../connection/records.js';
import { type Item, makeItem, type Sealed } from '../format/item.js';
import { extendLog, makeMetaRecord, type Meta } from '../format/meta.js';
import { ASSIGNED_LOG, assignedOf, PAST_LOG } from '../format/page-log.js';
import { type Chunk, FORMAT, META_KEY } from '../format/store-layout.js';
import type { ChunkItems, QueueImage, Slot } from './queue-image.js';
import type { LogEnds, Picture } from './queue-reader.js';
import type { KeyBook } from './key-book.js';
import { writeOutcomes } from './outcome-pages.js';
import { writeLog } from './write-log.js';

/** Bounds of a chunk: settling one operation rewrites those that were written with it. */
const MAX_CHUNK_OPERATIONS = 100;
const MAX_CHUNK_CHARACTERS = 65_536;

/** Writes what the steps of a commit changed in the image. */
export class QueueWriter {
  readonly #book: KeyBook | undefined;
  readonly #nextStamp: () => string;

  constructor(book: KeyBook | undefined, nextStamp: () => string) {
    this.#book = book;
    this.#nextStamp = nextStamp;
  }

  /** @returns the picture that lies in the database once the transaction is complete */
  async write(records: Records, { image, meta, logs }: Picture): Promise<Picture> {
    const { changed, cleared, assigned, left, told, leasesChanged } = image;
    const { principal } = image.queue;
    const isSame = changed.size + cleared.size + assigned.length + left.length === 0 && !leasesChanged;
    if (isSame && principal === meta.principal) return { image, meta, logs };
    const items = await this.#makeItems(records, image);
    const touched = new Set([...this.#placeItems(image, items), ...cleared]);
    for (const key of touched) writeChunk(records, key, image.chunks);
    const written: LogEnds = {
      assigned: writeLog(records, ASSIGNED_LOG, logs.assigned, assigned.map(assignedOf)),
      past: writeLog(records, PAST_LOG, logs.past, left),
    };
    const stamp = this.#nextStamp();
    const next: Meta = {
      format: FORMAT,
      stamp,
      sequence: image.queue.index.sequence,
      token: image.queue.leases.token,
      leases: leasesChanged ? image.leases() : meta.leases,
      ...(image.lost.size > 0 && { lost: [...image.lost] }),
      assigned: written.assigned.count,
      past: written.past.count,
      ...(principal !== undefined && { principal }),
      outcomes: writeOutcomes(records, meta.outcomes ?? 0, told),
      log: extendLog(meta.log, { stamp, chunks: [...touched] }),
    };
    records.put(META_KEY, makeMetaRecord(next));
    changed.clear();
    cleared.clear();
    assigned.length = 0;
    left.length = 0;
    told.length = 0;
    image.leasesChanged = false;
    return { image, meta: next, logs: written };
  }

  /** The changed operations as items, in order of sequence. */
  async #makeItems(records: Records, image: QueueImage): Promise<readonly (readonly [Entry, Item])[]> {
    const present = [...image.changed].filter((entry) => image.queue.index.has(entry));
    present.sort((a, b) => a.sequence - b.sequence);
    const book = this.#book;
    if (book === undefined)
      return present.map((entry) => [entry, itemOf(entry, entry.operation.payload, entry.operation.base)]);
    const sealed = present.map(async (entry): Promise<readonly [Entry, Item]> => {
      const slot = image.slots.get(entry.sequence);
      return [entry, await sealedItemOf(entry, slot, book)];
    });
    const items = await records.keepAliveDuring(Promise.all(sealed));
    await book.keep(records);
    return items;
  }

  /** Puts the items into their chunks, and takes out what left. */
  #placeItems(image: QueueImage, items: readonly (readonly [Entry, Item])[]): ReadonlySet<number> {
    const touched = new Set<number>();
    for (const { sequence } of image.changed) {
      const slot = image.slots.get(sequence);
      if (slot === undefined) continue;
      touched.add(slot.chunk);
      if (image.queue.index.has(slot.entry)) continue;
      image.slots.delete(sequence);
      image.chunks.get(slot.chunk)?.delete(sequence);
    }
    let open: { readonly key: number; readonly chunk: ChunkItems; size: number } | undefined;
    for (const [entry, item] of items) {
      const slot = image.slots.get(entry.sequence);
      if (slot !== undefined) {
        slot.item = item;
        slot.operation = entry.operation;
        image.chunks.get(slot.chunk)?.set(entry.sequence, item);
        continue;
      }
      const size = sizeOf(item);
      if (open === undefined || isFull(open.chunk, open.size + size)) {
        open = { key: entry.sequence, chunk: new Map(), size: 0 };
        image.chunks.set(open.key, open.chunk);
        touched.add(open.key);
      }
      open.size += size;
      open.chunk.set(entry.sequence, item);
      image.slots.set(entry.sequence, {
        entry,
        chunk: open.key,
        item,
        operation: entry.operation,
      });
    }
    return touched;
  }
}

function itemOf(entry: Entry, payload: Sealed, base: Sealed | undefined): Item {
  const { operation, progress } = entry;
  return makeItem(entry.sequence, { operation, progress }, payload, base);
}

/** Payloads that did not change keep the bytes that a codec once made of them. */
async function sealedItemOf(entry: Entry, slot: Slot | undefined, book: KeyBook): Promise<Item> {
  const { payload, base } = entry.operation;
  const samePayload = slot?.operation.payload === payload ? slot.item.payload : undefined;
  const sameBase = slot?.operation.base === base ? slot?.item.base : undefined;
  return itemOf(
    entry,
    samePayload ?? (await book.encode(payload)),
    base === undefined ? undefined : (sameBase ?? (await book.encode(base))),
  );
}

function isFull(chunk: ChunkItems, size: number): boolean {
  return chunk.size >= MAX_CHUNK_OPERATIONS || size > MAX_CHUNK_CHARACTERS;
}

function sizeOf({ text, payload, base }: Item): number {
  return text.length + payload.length + (base?.length ?? 0);
}

function writeChunk(records: Records, key: number, chunks: Map<number, ChunkItems>): void {
  const items = chunks.get(key);
  if (items === undefined || items.size === 0) {
    chunks.delete(key);
    records.delete(key);
  } else {
    const chunk: Chunk = { items: [...items.values()] };
    records.put(key, chunk);
  }
}
