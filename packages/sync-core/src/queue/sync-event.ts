import type { SyncFailure } from '../errors/sync-failure.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { RemoteRecord, Resolution } from '../ports/conflict-resolver.js';
import type { QuarantinedRecord } from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';

/** Which operation an event is about. */
export interface EventSubject {
  readonly id: string;
  readonly kind: string;
  readonly entity?: string;
  /** Whose operation it is; absent where it is nobody's. */
  readonly principal?: string;
}

/**
 * All that happens to operations, and around them. Events are told after the change is durable, in the order in
 * which it became so.
 *
 * What became of an operation is told in every open queue, whichever tab or process made it so: `acknowledged`,
 * `superseded`, `replaced`, `coalesced`, `cancelled`, `expired`, `discarded`, `deadLettered`, `parked` and `held`. The
 * others are told where they happened.
 */
export type SyncEvent =
  | ({ readonly type: 'enqueued' } & EventSubject)
  /** It joined the operation `into`, which was waiting. */
  | ({ readonly type: 'coalesced'; readonly into: string } & EventSubject)
  /** It and `with`, which was waiting, cancelled each other. */
  | ({ readonly type: 'cancelled'; readonly with: string } & EventSubject)
  /** An attempt is over, whatever its outcome; another event tells what follows from it. */
  | ({ readonly type: 'attempted'; readonly attempt: AttemptRecord } & EventSubject)
  | ({
      readonly type: 'acknowledged';
      readonly result: unknown;
      /** Another instance delivered it, and the answer was too large to be kept. */
      readonly resultOmitted?: true;
      readonly version?: string | undefined;
      /** Where the change stands in the server's feed of changes, where the server told it. */
      readonly position?: string;
    } & EventSubject)
  /** It goes again later: after an answer that asked for it, or after none. */
  | ({
      readonly type: 'retryScheduled';
      readonly dueAt: number;
      readonly failure: SyncFailure;
    } & EventSubject)
  /** It goes again as soon as it may: it was held up by a sign-in, by an earlier one of its entity, or by a stop. */
  | ({ readonly type: 'released' } & EventSubject)
  /** The server held another version. `replacedBy` goes out in its place, where it goes out again. */
  | ({
      readonly type: 'conflict';
      readonly remote: RemoteRecord;
      readonly resolution: Resolution['kind'];
      readonly replacedBy?: string;
    } & EventSubject)
  /**
   * Something took its meaning: the newer operation `by`, or, without one, the server's version after a conflict, which
   * `conflict` tells as well where it was met.
   */
  | ({
      readonly type: 'superseded';
      readonly by?: string;
      readonly version?: string | undefined;
    } & EventSubject)
  /**
   * It waits for `by`, which goes no further by itself: `failure` says why. Told when it is enqueued behind it, and when
   * that one becomes a dead letter or is parked, of the first 100 that wait for it directly.
   */
  | ({ readonly type: 'held'; readonly by: string; readonly failure: SyncFailure } & EventSubject)
  | ({ readonly type: 'deadLettered'; readonly failure: SyncFailure } & EventSubject)
  | ({ readonly type: 'parked'; readonly failure: SyncFailure } & EventSubject)
  | ({ readonly type: 'expired' } & EventSubject)
  | ({ readonly type: 'discarded' } & EventSubject)
  /** It was put back by `retry`, or by a newer app that knows its kind. */
  | ({ readonly type: 'requeued' } & EventSubject)
  /** It was in quarantine and is in the queue again, in its place. */
  | ({ readonly type: 'restored' } & EventSubject)
  /**
   * Another operation took its place: an edit, a decision of a person, a newer shape of the payload, or the same change
   * under a new id, where the server does not remember keys as old as its own and it was never sent before.
   */
  | ({ readonly type: 'replaced'; readonly replacedBy: string } & EventSubject)
  /** Somebody else holds the operation now, so the outcome of this attempt changed nothing here. */
  | ({ readonly type: 'leaseLost' } & EventSubject)
  | { readonly type: 'signInRequired'; readonly principal: string | undefined; readonly failure: SyncFailure }
  | { readonly type: 'signedIn'; readonly principal: string | undefined }
  /** Somebody else is signed in now, here or in another tab; nobody, where `principal` is `undefined`. */
  | {
      readonly type: 'principalChanged';
      readonly principal: string | undefined;
      readonly before: string | undefined;
    }
  /** Operations that had no principal are the principal's now. */
  | { readonly type: 'adopted'; readonly principal: string | undefined; readonly ids: readonly string[] }
  /** So many operations of these principals were removed, unsent, as somebody signed out. */
  | { readonly type: 'purged'; readonly principals: Principals; readonly count: number }
  | { readonly type: 'circuitOpened'; readonly failure: SyncFailure }
  | { readonly type: 'circuitClosed' }
  /** The oldest operation is older than the bound though the network is there. */
  | { readonly type: 'stalled'; readonly oldestAgeMs: number }
  | { readonly type: 'quarantined'; readonly record: QuarantinedRecord }
  /** Something failed that belongs to no single operation: the storage, a listener, the monitor. */
  | { readonly type: 'failed'; readonly failure: SyncFailure };
