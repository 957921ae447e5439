import type { SyncFailure } from '../errors/sync-failure.js';
import type { RemoteRecord } from '../ports/conflict-resolver.js';

/**
 * What became of one operation that was sent. The kind alone decides what happens next:
 *
 * - `acknowledged`: the server has it. It leaves the queue. `version` is the one that its thing has now: what was made
 *   on top of the same version as this operation goes out on the new one. `position` is where the change stands in the
 *   server's feed of changes: whoever follows the feed has the change once it came so far.
 * - `conflict`: the server holds another version. A `ConflictResolver` decides.
 * - `retry`: the server answered, but not now; `scope` says to whom. Waits, and goes again by itself.
 * - `unreachable`: no answer came, so the effect may have happened. Counts nothing, opens the circuit.
 * - `unauthenticated`: the principal must sign in. Counts nothing, parks the principal's operations.
 * - `rejected`: the server will never take it. Dead letter.
 * - `skipped`: not applied, since an operation of the same entity ahead of it in the batch was not.
 */
export type DeliveryOutcome =
  | {
      readonly kind: 'acknowledged';
      readonly result?: unknown;
      readonly version?: string;
      /** The version that its thing had right before: of an operation with a `baseVersion`, that one. */
      readonly previousVersion?: string;
      readonly position?: string;
    }
  | { readonly kind: 'conflict'; readonly remote: RemoteRecord }
  | {
      readonly kind: 'retry';
      readonly reason: SyncFailure;
      /** The least wait that was asked for, in milliseconds. */
      readonly afterMs?: number;
      /** @defaultValue 'operation' */
      readonly scope?: RetryScope;
    }
  | { readonly kind: 'unreachable'; readonly reason: SyncFailure }
  | { readonly kind: 'unauthenticated'; readonly reason: SyncFailure }
  | { readonly kind: 'rejected'; readonly reason: SyncFailure }
  | { readonly kind: 'skipped' };

/**
 * Whom a "not now" is about, and so what follows from it:
 *
 * - `operation`: the handler's word about this operation. Counts as an attempt where the same server takes others.
 * - `request`: about this request, and nothing that speaks against it: the first one with its key is still running, or
 *   the server does not know the kind yet. Never counts.
 * - `server`: about whatever would be sent now: too many requests, a restart, maintenance. Never counts; nothing else
 *   is sent until the wait is over.
 */
export type RetryScope = 'operation' | 'request' | 'server';
