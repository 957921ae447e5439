import type { SyncFailure } from '../errors/sync-failure.js';

/**
 * What became of an operation:
 *
 * - `acknowledged`: the server has it.
 * - `superseded`: something newer took its meaning: the operation `into`, or, without one, the server's version after a
 *   conflict.
 * - `replaced`: the operation `into` goes out in its place.
 * - `coalesced`: it joined the operation `into`, which was waiting.
 * - `cancelled`: it and the operation `into` cancelled each other; neither goes out.
 * - `expired`, `discarded`: given up, by its time or by a person.
 * - `deadLettered`, `parked`: it is still in the queue and goes no further by itself.
 */
export type OutcomeKind =
  | 'acknowledged'
  | 'superseded'
  | 'replaced'
  | 'coalesced'
  | 'cancelled'
  | 'expired'
  | 'discarded'
  | 'deadLettered'
  | 'parked';

/** What a storage is told to keep about an outcome, in the step that makes it so. */
export interface NewOutcome {
  readonly outcome: OutcomeKind;
  readonly kind: string;
  readonly entity?: string | undefined;
  readonly principal?: string | undefined;
  /** When, in milliseconds since the epoch, by the clock of whoever told it; absent where nobody said. */
  readonly at?: number | undefined;
  /** The server's answer as exact JSON, where it gave one of no more than `MAX_RESULT_BYTES`. */
  readonly result?: string | undefined;
  /** The server gave an answer that was too large to be kept. */
  readonly resultOmitted?: true | undefined;
  /** The version that the operation's thing has now, where the server told it. */
  readonly version?: string | undefined;
  /** Where the change stands in the server's feed of changes, where the server told it. */
  readonly position?: string | undefined;
  /** Why it is parked, a dead letter, or was superseded as one. */
  readonly failure?: SyncFailure | undefined;
  /** The operation that took its place, see {@link OutcomeKind}. */
  readonly into?: string | undefined;
}

/** An outcome as it is kept. */
export interface OutcomeRecord extends NewOutcome {
  /** Its place among the outcomes of this queue: each one's is one more than that of the one before. */
  readonly sequence: number;
  readonly id: string;
}

export interface OutcomeQuery {
  /** Continue behind this sequence. @defaultValue 0: from the oldest that is kept */
  readonly after?: number;
  /** With 0 a page has no items, and tells where they end. @defaultValue 100 */
  readonly limit?: number;
}

/** A page of outcomes, in their order. */
export interface OutcomePage {
  readonly items: readonly OutcomeRecord[];
  /** The sequence of the latest outcome that there ever was; 0 where there was none. */
  readonly last: number;
}
