import type { IdAssignment } from '@cpc/sync-core';
import { type Fate, REMEMBERED_ASSIGNMENTS, REMEMBERED_IDS } from '@cpc/sync-core/storage-kit';
import { checksumOf } from './checksum.js';
import { ENTRIES_PER_PAGE, type LogPage } from './store-layout.js';

/** A temporary id and the permanent one that it became. */
export type Assigned = readonly [from: string, to: string];

/** An id that is no longer what was enqueued under it, and what it became. */
export type Left = readonly [id: string, fate: Fate];

/**
 * A list that only grows at its end and forgets its beginning, in pages of {@link ENTRIES_PER_PAGE}: a commit
 * rewrites the last page alone.
 */
export interface PageLog {
  /** Its pages lie under `[key, page]`. */
  readonly key: string;
  /** How many entries are kept at least; whole pages beyond them are dropped. */
  readonly kept: number;
}

/** Where a log goes on: after so many entries, the last of which stand on an unfinished page. */
export interface LogEnd<T> {
  readonly count: number;
  readonly unfinished: readonly T[];
}

export const ASSIGNED_LOG: PageLog = { key: 'assigned', kept: REMEMBERED_ASSIGNMENTS };
export const PAST_LOG: PageLog = { key: 'past', kept: REMEMBERED_IDS };

export function assignedOf({ from, to }: IdAssignment): Assigned {
  return [from, to];
}

export function pageOf(count: number): number {
  return Math.floor(count / ENTRIES_PER_PAGE);
}

/** The first page worth reading for who knows the entries up to `from`: older ones are forgotten. */
export function firstPage({ kept }: PageLog, from: number, to: number): number {
  return pageOf(Math.max(from, to - kept, 0));
}

/**
 * The end of a log that has `count` entries, of which these were found on the last page. Where some are missing, since
 * the page is damaged, the log goes on with the next one: an entry's page follows from its number, for every reader.
 */
export function endAt<T>(count: number, unfinished: readonly T[]): LogEnd<T> {
  if (unfinished.length === count % ENTRIES_PER_PAGE) return { count, unfinished };
  return { count: (pageOf(count) + 1) * ENTRIES_PER_PAGE, unfinished: [] };
}

export function makePage(entries: readonly unknown[]): LogPage {
  const text = JSON.stringify(entries);
  return { text, checksum: checksumOf(text) };
}

/** A damaged page reads as an empty one: what it says has been done, only late comers miss it. */
export function readPage(value: unknown): readonly unknown[] {
  const { text, checksum } = (value ?? {}) as Partial<LogPage>;
  if (typeof text !== 'string' || checksum !== checksumOf(text)) return [];
  return JSON.parse(text) as unknown[];
}
