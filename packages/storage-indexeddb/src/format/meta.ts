import { SyncError } from '@cpc/sync-core';
import { checksumOf } from './checksum.js';
import { FORMAT, type MetaRecord } from './store-layout.js';

/** Leases of one claim that end together. */
export interface LeaseGroup {
  readonly token: number;
  readonly until: number;
  readonly lengthMs: number;
  readonly sequences: readonly number[];
}

/** What one commit touched: where another tab must look to catch up. */
export interface TouchedKeys {
  readonly stamp: string;
  readonly chunks: readonly number[];
}

/** What is known about a queue besides its operations. Read in every transaction and written in every commit. */
export interface Meta {
  readonly format: number;
  /** Names the last commit, uniquely: two equal stamps mean that nothing changed in between. */
  readonly stamp: string;
  /** The highest sequence that was given out. */
  readonly sequence: number;
  /** The highest fencing token under which something was handed out. */
  readonly token: number;
  readonly leases: readonly LeaseGroup[];
  /** The sequences of what is in quarantine and was leased when it was put aside; absent for none. */
  readonly lost?: readonly number[];
  /** How many permanent ids were ever assigned. */
  readonly assigned: number;
  /** How many ids were ever remembered after they left; absent for none. */
  readonly past?: number;
  /** Who is signed in; absent for nobody. */
  readonly principal?: string;
  /** The sequence of the last outcome that was kept; absent for none. */
  readonly outcomes?: number;
  /** The last commits, oldest first, up to the one that `stamp` names. */
  readonly log: readonly TouchedKeys[];
}

/** Bounds of {@link Meta.log}: who missed more than this reads the whole queue anew. */
const MAX_LOGGED_COMMITS = 64;
const MAX_LOGGED_KEYS = 512;

export function makeMetaRecord(meta: Meta): MetaRecord {
  const text = JSON.stringify(meta);
  return { stamp: meta.stamp, text, checksum: checksumOf(text) };
}

/** The stamp of whatever lies in the meta record; `undefined` where there is none. */
export function stampOf(value: unknown): string | undefined {
  const stamp = (value as Partial<MetaRecord> | undefined)?.stamp;
  return typeof stamp === 'string' ? stamp : undefined;
}

/**
 * Reads a meta record; `undefined` where there is none or it is damaged.
 *
 * @throws a `SyncError` with `STORAGE_FORMAT_NEWER`
 */
export function readMeta(value: unknown): Meta | undefined {
  const { stamp, text, checksum } = (value ?? {}) as Partial<MetaRecord>;
  if (typeof text !== 'string' || checksum !== checksumOf(text)) return undefined;
  const meta = JSON.parse(text) as Meta;
  if (meta.format > FORMAT) throw newerFormat(meta.format);
  return meta.stamp === stamp ? meta : undefined;
}

export function newerFormat(found?: number): SyncError {
  return new SyncError(
    'STORAGE_FORMAT_NEWER',
    'The queue was written by a newer version of @cpc/storage-indexeddb and was left untouched. ' +
      'Update the app in this tab: reload it, or let its new service worker take over.',
    { details: { supported: FORMAT, ...(found !== undefined && { found }) } },
  );
}

/** The log with one commit more, within its bounds. */
export function extendLog(log: readonly TouchedKeys[], commit: TouchedKeys): readonly TouchedKeys[] {
  if (commit.chunks.length > MAX_LOGGED_KEYS) return [{ stamp: commit.stamp, chunks: [] }];
  let keys = commit.chunks.length;
  let from = log.length;
  while (from > 0 && log.length - from < MAX_LOGGED_COMMITS - 1) {
    keys += (log[from - 1] as TouchedKeys).chunks.length;
    if (keys > MAX_LOGGED_KEYS) break;
    from--;
  }
  return [...log.slice(from), commit];
}

/** The chunks that were touched since the commit `stamp`; `undefined` where the log does not reach back. */
export function touchedSince(meta: Meta, stamp: string | undefined): ReadonlySet<number> | undefined {
  const at = meta.log.findIndex((commit) => commit.stamp === stamp);
  if (at === -1) return undefined;
  return new Set(meta.log.slice(at + 1).flatMap(({ chunks }) => chunks));
}
