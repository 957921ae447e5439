import { isSyncError, type QuarantinedRecord, type SyncFailure } from '@cpc/sync-core';
import { type Content, isIntact, type Item, readItem, type Sealed } from '../format/item.js';
import type { PayloadCodec } from '@cpc/sync-core';
import type { Chunk } from '../format/store-layout.js';
import type { ReadItem } from './queue-image.js';

/** Reads the items of one chunk. What cannot be read comes back as damage, with its bytes. */
export function readItems(
  key: number,
  value: unknown,
  codec: PayloadCodec | undefined,
): readonly ReadItem[] | Promise<readonly ReadItem[]> {
  const items = (value as Partial<Chunk> | undefined)?.items;
  if (value === undefined) return [];
  if (!Array.isArray(items)) return [damaged(key, value, DAMAGED)];
  if (codec === undefined) return items.map((item: unknown, at) => readPlain(placeOf(item, key, at), item));
  return Promise.all(items.map((item: unknown, at) => readSealed(placeOf(item, key, at), item, codec)));
}

const DAMAGED: SyncFailure = {
  code: 'STORAGE_DAMAGED',
  message: 'The record fails its checksum. It was set aside; everything else goes on.',
};

const NO_CODEC: SyncFailure = {
  code: 'STORAGE_DAMAGED',
  message: 'The payload was written with a payload codec. Give the storage the same codec.',
};

function readPlain(sequence: number, item: unknown): ReadItem {
  if (!isIntact(item)) return damaged(sequence, item, DAMAGED);
  const { payload, base } = item;
  if (typeof payload !== 'string' || (base !== undefined && typeof base !== 'string'))
    return damaged(sequence, item, NO_CODEC);
  return readWith(item, payload, base);
}

async function readSealed(sequence: number, item: unknown, codec: PayloadCodec): Promise<ReadItem> {
  if (!isIntact(item)) return damaged(sequence, item, DAMAGED);
  try {
    const payload = await unsealed(item.payload, codec);
    const base = item.base === undefined ? undefined : await unsealed(item.base, codec);
    return readWith(item, payload, base);
  } catch (error) {
    if (!isSyncError(error, 'STORAGE_DAMAGED')) throw error;
    return damaged(sequence, item, { code: error.code, message: error.message });
  }
}

/** What was written before there was a codec is text. */
async function unsealed(sealed: Sealed, codec: PayloadCodec): Promise<string> {
  return typeof sealed === 'string' ? sealed : codec.decode(sealed);
}

function readWith(item: Item, payload: string, base: string | undefined): ReadItem {
  let content: Content;
  try {
    content = readItem(item, payload, base);
  } catch {
    return damaged(item.sequence, item, DAMAGED);
  }
  return { item, content };
}

/** Sets a record aside that is not to be, or cannot be, part of the queue. */
export function damaged(sequence: number, item: unknown, reason: SyncFailure): ReadItem {
  const id = idIn(item);
  const record: QuarantinedRecord = { sequence, reason, raw: bytesOf(item) };
  return { item, damage: id === undefined ? record : { ...record, id } };
}

/** An item's sequence; without one it gets a place between two sequences. */
function placeOf(item: unknown, key: number, at: number): number {
  const sequence = (item as Partial<Item> | null | undefined)?.sequence;
  return typeof sequence === 'number' ? sequence : key + (at + 1) / 1024;
}

function idIn(item: unknown): string | undefined {
  try {
    const { id } = JSON.parse((item as Item).text) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    // The text is damaged as well; the record stands for itself.
    return undefined;
  }
}

function bytesOf(item: unknown): Uint8Array {
  const text = JSON.stringify(item, (_key, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
  );
  return new TextEncoder().encode(text);
}
