import type { Subscribable } from '@cpc/sync-core';

/** One record of the copy, as the server last said it in one channel. */
export interface ReplicaRecord {
  readonly channel: string;
  /** What operations name as their `entity`: a path, whose last part is the record's name in its collection. */
  readonly entity: string;
  /** What an operation on the record takes as its `baseVersion`. */
  readonly version?: string;
  /** JSON. */
  readonly value: unknown;
}

/** What became of an entity on the server. */
export interface ReplicaChange {
  readonly entity: string;
  readonly version?: string;
  /** JSON; absent where the entity was deleted, or left the channel. */
  readonly value?: unknown;
  readonly deleted?: boolean;
}

/** A page of a channel's changes, on its way into the copy. */
export interface ReplicaPage {
  readonly channel: string;
  /** The checkpoint that the page continues from; `undefined` at the beginning of the channel. */
  readonly since: string | undefined;
  readonly changes: readonly ReplicaChange[];
  /** The checkpoint behind these changes. Opaque. */
  readonly checkpoint: string;
  /** The channel begins anew: what was on its way is dropped, and what is shown goes when the new load is complete. */
  readonly reset: boolean;
  /** Whether more follow before the copy is as the server had it at one moment. */
  readonly more: boolean;
}

/** How far a channel is. */
export interface ChannelState {
  readonly channel: string;
  /** The checkpoint behind all that is shown; absent until the first load is complete. */
  readonly shown?: string;
  /** Pages that came and are not shown yet. */
  readonly staged?: StagedPages;
}

export interface StagedPages {
  readonly checkpoint: string;
  /** Whether they will take the place of all that is shown, or be laid over it. */
  readonly isLoad: boolean;
  /** How many changes have come. */
  readonly changes: number;
}

/** One step in which what is shown changed. */
export interface ReplicaCommit {
  readonly revision: number;
  /** What changed; absent where it was too much to list. */
  readonly entities?: readonly string[];
}

/** What is shown changed, or how far a channel is, by this instance or by another one. May be missing or doubled. */
export interface ReplicaNotice {
  readonly kind: 'changed';
}

export interface ReplicaListQuery {
  readonly collection: string;
  /** Continue behind this entity, see {@link ReplicaListPage.next}. */
  readonly after?: string;
  /** @defaultValue 1_000 */
  readonly limit?: number;
}

export interface ReplicaListPage {
  /** In the order of their entities, by UTF-16 code units or by UTF-8 bytes; the same in each page. */
  readonly records: readonly ReplicaRecord[];
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: string;
}

export interface LeadRequest {
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly leaseMs: number;
}

/**
 * Where a copy of the server's records lives, for all tabs or processes that share it.
 *
 * ## Whole or not at all
 *
 * Pages of a channel are staged, durable but unseen, until one comes that says that no more follow. With it, all that
 * was staged is shown in one step, with its checkpoint: what the server changed in one transaction is never seen apart,
 * whatever the size of a page. A kill in between loses nothing: the pull goes on from the staged checkpoint.
 *
 * ## Two pullers
 *
 * A page is taken only where its `since` is the checkpoint of the latest page of its channel, so a slower tab can
 * never undo what a quicker one pulled.
 *
 * ## Channels
 *
 * An entity may stand in several channels; what came last is shown. One that leaves a channel (`deleted`) is still shown
 * where another channel holds it.
 *
 * Failures are `SyncError`s: `STORAGE_CLOSED`, `STORAGE_FULL`, `STORAGE_BUSY`, `STORAGE_FORMAT_NEWER`, `STORAGE_FAILED`.
 */
export interface ReplicaStore {
  readonly notices: Subscribable<ReplicaNotice>;

  /** Idempotent, like `close`. After `close` it may be opened again. */
  open(): Promise<void>;
  close(): Promise<void>;

  /** All channels that are followed, in the order of their names. */
  channels(): Promise<readonly ChannelState[]>;

  /** Follows a channel, for all that share the copy. @returns false where it is followed already */
  follow(channel: string): Promise<boolean>;

  /**
   * @returns false, and nothing was changed, where the page continues from another checkpoint than the latest, or its
   * channel is not followed
   */
  write(page: ReplicaPage): Promise<boolean>;

  /** Follows a channel no more, and removes its records. @returns whether it was followed */
  leave(channel: string): Promise<boolean>;

  /** The record that is shown. */
  get(entity: string): Promise<ReplicaRecord | undefined>;

  /** A page of the records of a collection that are shown. */
  list(query: ReplicaListQuery): Promise<ReplicaListPage>;

  /** The number of the latest step in which what is shown changed; 0 before the first. */
  revision(): Promise<number>;

  /**
   * The steps behind a revision, in order.
   *
   * @returns `undefined` where they are no longer known: everything may have changed
   */
  commitsSince(revision: number): Promise<readonly ReplicaCommit[] | undefined>;

  /**
   * Asks to be the one who pulls, or goes on being it.
   *
   * @returns false where another owner's lease lasts
   */
  lead(request: LeadRequest): Promise<boolean>;

  /** Gives the lead up, where the owner has it. */
  resign(owner: string): Promise<void>;
}
