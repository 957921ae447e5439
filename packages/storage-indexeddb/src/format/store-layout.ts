/**
 * What lies where in the one object store of a queue. Keys of different types never meet: IndexedDB sorts
 * numbers before texts before arrays.
 *
 * | key                  | value                                                                  |
 * | -------------------- | ---------------------------------------------------------------------- |
 * | a sequence, a number | a {@link Chunk}: the operations of one commit, from that sequence on    |
 * | `'meta'`             | a {@link MetaRecord}: counters, leases and what the last commits touched |
 * | `['assigned', n]`    | a {@link LogPage}: permanent ids, 100 to a page                        |
 * | `['past', n]`        | a {@link LogPage}: what became of ids, 100 to a page                    |
 * | `['outcome', n]`     | a {@link LogPage}: what is kept of the outcomes up to the n-th          |
 * | `['key', name]`      | a text that a payload codec encoded, by which its key is known again    |
 * | `['reserve', n]`     | bytes that say nothing and are given up when there is no room           |
 */
export const META_KEY = 'meta';

export const DEFAULT_STORE_NAME = 'cpc-sync-queue';

/**
 * Version of the layout, and of a database that holds nothing else.
 *
 * 1: the first.
 * 2: who is signed in, and lanes for each principal, which a tab with older code would neither know nor keep.
 * 3: the checks of a codec's keys, past which a tab with older code would write with another key.
 */
export const FORMAT = 3;

/** Operations that were written in one commit and are rewritten together until the last of them left. */
export interface Chunk {
  /** Items as {@link isIntact} knows them; damaged ones stay as they were found. */
  readonly items: readonly unknown[];
}

/** JSON and its checksum. `stamp` repeats the one in the text, so that a reader can stop there. */
export interface MetaRecord {
  readonly stamp: string;
  readonly text: string;
  readonly checksum: number;
}

export interface LogPage {
  /** JSON of pairs: a temporary id and the permanent one, or an id and what it became. */
  readonly text: string;
  readonly checksum: number;
}

export const ENTRIES_PER_PAGE = 100;

export function logPageKey(log: string, page: number): IDBValidKey {
  return [log, page];
}

export function logPages(log: string, first: number, last: number): IDBKeyRange {
  return IDBKeyRange.bound([log, first], [log, last]);
}

/**
 * In how many pieces the reserve lies. A piece must be larger than 64 KiB: Chromium then keeps it in a file of its
 * own, and removing it makes room at once, not at some later compaction.
 */
export const RESERVE_PIECES = 4;

export function reserveKey(piece: number): IDBValidKey {
  return ['reserve', piece];
}

export function reserveRange(): IDBKeyRange {
  return IDBKeyRange.bound(['reserve', 0], ['reserve', RESERVE_PIECES - 1]);
}

/** Every chunk behind a key. */
export function chunksAfter(key: number): IDBKeyRange {
  return IDBKeyRange.bound(key, Infinity, true, false);
}
