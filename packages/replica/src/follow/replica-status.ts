import type { SyncFailure } from '@cpc/sync-core';

/** Where a channel is. */
export interface ChannelStatus {
  readonly channel: string;
  /**
   * - `loading`: nothing of it is shown yet, its first load is under way or to come.
   * - `reloading`: what is shown is older than what the server remembers; a new load is under way.
   * - `following`: it is shown, and changes are laid over it as they come.
   */
  readonly state: 'loading' | 'reloading' | 'following';
  /** How many changes of a load under way have come. */
  readonly done: number;
  /** How many there will be, where the server said so. */
  readonly total?: number;
  /** When the copy was last all that the server had, in milliseconds since the epoch; as seen by this instance. */
  readonly pulledAt?: number;
  /** Why the latest pull failed, while it waits to be tried again; as seen by the instance that pulls. */
  readonly failure?: SyncFailure;
}

/** Where the copy is. */
export interface ReplicaStatus {
  readonly state: 'stopped' | 'running';
  /** Whether this instance pulls for all that share the copy. */
  readonly isLeading: boolean;
  /** In the order of their names. */
  readonly channels: readonly ChannelStatus[];
}

/** What happened to a channel. */
export type ReplicaEvent =
  /** It is no longer followed, whichever tab or process left it; its records are gone from the copy. */
  | { readonly type: 'channelLeft'; readonly channel: string }
  /** The server does not let this principal read it any more; its records are gone from the copy. */
  | { readonly type: 'channelForbidden'; readonly channel: string; readonly failure: SyncFailure }
  /** The first load of it, or a new one after a reset, is complete and shown. */
  | { readonly type: 'channelLoaded'; readonly channel: string }
  /** The place of the copy was emptied behind its back, as a browser does with site data. All is loaded anew. */
  | { readonly type: 'copyLost' }
  /** Something failed that belongs to no channel: the store, a listener. */
  | { readonly type: 'failed'; readonly failure: SyncFailure };
