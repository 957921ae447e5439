/** What became of an entity on the server. */
export interface PulledChange {
  readonly entity: string;
  /** The record's version: what an operation on it takes as its `baseVersion`. */
  readonly version?: string;
  /** JSON; absent where the entity was deleted. */
  readonly value?: unknown;
  readonly deleted?: boolean;
}

export interface PulledPage {
  /** The checkpoint that the page continues from; `undefined` where nothing was pulled before. */
  readonly since: string | undefined;
  readonly changes: readonly PulledChange[];
  /** The checkpoint behind these changes. Opaque. */
  readonly checkpoint: string;
  /** True where the server no longer knows what was deleted: everything that was pulled before is to go. */
  readonly reset: boolean;
  /**
   * Whether more follow at once. Until a page comes without it, what the server changed in one transaction may be here
   * in part: a target that must never show that keeps pages back until then, as `@cpc/replica` does.
   */
  readonly more: boolean;
  /** How many changes follow behind this page, where the server said so: it is asked at the beginning of a pull. */
  readonly remaining?: number;
}

/**
 * Where pulled records live: the offline copy. It holds what the server said and nothing else; local changes lie
 * over it when it is read, see `PendingOverlay`.
 */
export interface PullTarget {
  /** The checkpoint that was stored with the data; `undefined` where there is none. */
  checkpoint(): Promise<string | undefined>;
  /**
   * Applies a page and stores its checkpoint, in one transaction: both or neither.
   *
   * @returns false, and nothing was changed, where the stored checkpoint is no longer `page.since`: another tab
   * or process pulls too, and was quicker
   */
  apply(page: PulledPage): Promise<boolean>;
}
