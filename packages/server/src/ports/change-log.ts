import type { MaybePromise } from './operation-handler.js';

/** What became of an entity. */
export interface Change {
  /** Whose copies it concerns: a person, a shop, whatever a device pulls as one. */
  readonly channel: string;
  readonly entity: string;
  /** The record's version, as `current` and `applied` tell it. */
  readonly version?: string;
  /** JSON; absent where the entity was deleted. */
  readonly value?: unknown;
  /** True leaves a tombstone, so that copies delete theirs. */
  readonly deleted?: boolean;
}

/** A change as devices get it. Of an entity that changed several times, the last. */
export type RecordedChange = Omit<Change, 'channel'>;

export interface ChangePage {
  /** In the order in which they were committed. */
  readonly changes: readonly RecordedChange[];
  /** Where the next page begins. */
  readonly position: number;
  /** The channel's latest position; 0 where nothing ever changed. */
  readonly head: number;
  readonly more: boolean;
  /** How many changes there are behind the page, where the query asks for it. */
  readonly remaining?: number;
}

export interface ChangeQuery {
  readonly channel: string;
  /** Changes behind this position; 0 for all that there is. */
  readonly since: number;
  /**
   * The head when the reader began at 0, while it has not read that far: it has nothing of what was deleted before,
   * and needs no tombstones of it.
   */
  readonly began?: number;
  readonly limit: number;
  /**
   * The most bytes of the page's entities and values, as they are stored: fewer changes are given where they are
   * large, but at least one.
   *
   * @defaultValue no bound
   */
  readonly maxBytes?: number;
  /** Whether to count what remains behind the page, for a progress bar. @defaultValue false */
  readonly counts?: boolean;
}

/**
 * What changed, in the database of the effects, so that an effect and its change are committed together.
 *
 * Positions of a channel grow in the order of commits: once a reader has seen one, no smaller one appears. A log
 * holds one row per entity, its latest, hence never more than there are entities, and tombstones for a time.
 */
export interface ChangeLog<Tx> {
  /** Makes the log ready. Idempotent. */
  open(): Promise<void>;
  /**
   * Records a change in the transaction of the effect: call it with the handler's `tx`.
   *
   * @returns the change's position, for `applied`: `12@channel`
   */
  record(tx: Tx, change: Change): MaybePromise<string>;
  /**
   * A page of changes. `undefined` where the position can no longer be continued from: tombstones behind it were
   * forgotten, or the database was put back to an earlier state.
   */
  read(query: ChangeQuery): Promise<ChangePage | undefined>;
  /** The latest position of each channel; those without changes are absent. */
  heads(channels: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Forgets tombstones whose time is over. @returns how many */
  forgetExpired(): Promise<number>;
}
