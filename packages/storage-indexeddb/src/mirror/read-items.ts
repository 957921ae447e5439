import { isSyncError, SyncError, type SyncFailure } from '@cpc/sync-core';
import { type Content, isIntact, type Item, readItem, type Sealed } from '../format/item.js';
import type { Chunk } from '../format/store-layout.js';
import type { KeyBook } from './key-book.js';
import { damagedRecord } from './damaged-record.js';
import type { ReadItem } from './queue-image.js';

/**
 * Reads the items of one chunk. What cannot be read comes back as damage, with its bytes.
 *
 * @throws SyncError `STORAGE_KEY_WRONG` where the codec may have another key than it was written with, `STORAGE_FAILED`
 * where there is no codec and one wrote it, and whatever else the codec rejects with: nothing of this speaks against an
 * item
 */
export function readItems(
  key: number,
  value: unknown,
  book: KeyBook | undefined,
): readonly ReadItem[] | Promise<readonly ReadItem[]> {
  const items = (value as Partial<Chunk> | undefined)?.items;
  if (value === undefined) return [];
  if (!Array.isArray(items)) return [damaged(key, value, DAMAGED)];
  if (book === undefined) return items.map((item: unknown, at) => readPlain(placeOf(item, key, at), item));
  return Promise.all(items.map((item: unknown, at) => readSealed(placeOf(item, key, at), item, book)));
}

const DAMAGED: SyncFailure = {
  code: 'STORAGE_DAMAGED',
  message: 'The record fails its checksum. It was set aside; everything else goes on.',
};

function readPlain(sequence: number, item: unknown): ReadItem {
  if (!isIntact(item)) return damaged(sequence, item, DAMAGED);
  const { payload, base } = item;
  if (typeof payload !== 'string' || (base !== undefined && typeof base !== 'string'))
    throw new SyncError(
      'STORAGE_FAILED',
      'The payload was written with a payload codec. Give the storage the same codec.',
    );
  return readWith(item, payload, base);
}

async function readSealed(sequence: number, item: unknown, book: KeyBook): Promise<ReadItem> {
  if (!isIntact(item)) return damaged(sequence, item, DAMAGED);
  try {
    const payload = await unsealed(item.payload, book);
    const base = item.base === undefined ? undefined : await unsealed(item.base, book);
    return readWith(item, payload, base);
  } catch (error) {
    if (!isSyncError(error, 'STORAGE_DAMAGED')) throw error;
    return damaged(sequence, item, { code: error.code, message: error.message });
  }
}

/** What was written before there was a codec is text. */
async function unsealed(sealed: Sealed, { codec, keys }: KeyBook): Promise<string> {
  if (typeof sealed === 'string') return sealed;
  try {
    return await codec.decode(sealed);
  } catch (error) {
    throw keys.judge(sealed, error);
  }
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
  return { item, damage: damagedRecord(sequence, item, reason) };
}

/** An item's sequence; without one it gets a place between two sequences. */
function placeOf(item: unknown, key: number, at: number): number {
  const sequence = (item as Partial<Item> | null | undefined)?.sequence;
  return typeof sequence === 'number' ? sequence : key + (at + 1) / 1024;
}
