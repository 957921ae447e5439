import type { SyncFailure } from '../errors/sync-failure.js';
import type { AttemptRecord, OperationState } from './operation.js';

/**
 * An operation as a storage receives it: flat plain data, every text valid Unicode, ready to be written
 * anywhere. A storage keeps all of it unchanged and looks only at the fields marked with (storage). An optional
 * field that is absent and one that is `undefined` are the same.
 */
export interface NewOperation {
  /** (storage) Unique within a queue. At most 255 characters. */
  readonly id: string;
  readonly kind: string;
  /** (storage) The lane; operations without one are independent of all others. */
  readonly entity?: string | undefined;
  /** (storage) Only claims that name this principal receive the operation. */
  readonly principal?: string | undefined;
  /** The payload as JSON text. */
  readonly payload: string;
  /** From 0 to 100. */
  readonly priority: number;
  /**
   * (storage) What claims are ordered by, highest first, then by sequence. An integer; the priority itself,
   * unless the queue ranks by age as well.
   */
  readonly rank: number;
  readonly version: number;
  /** (storage) Ids that must have left the queue before this operation goes. Unknown ids count as gone. */
  readonly dependsOn: readonly string[];
  /** (storage) Temporary ids that the payload or the entity mentions, see {@link IdAssignment}. */
  readonly references: readonly Reference[];
  /** (storage) True where the kind may coalesce: the storage then offers the lane's tail to `Coalesce`. */
  readonly coalesces: boolean;
  /** Milliseconds since the epoch, as every time below. */
  readonly createdAt: number;
  /** (storage) Not due before. */
  readonly scheduledAt: number;
  readonly expiresAt?: number | undefined;
  readonly timestamp: string;
  readonly baseVersion?: string | undefined;
  /** The value that the person saw, as JSON text, for three-way merges. */
  readonly base?: string | undefined;
  /** How many conflicts the change has been through, in this and in the operations it replaced. */
  readonly conflictRounds: number;
}

/**
 * Where a payload mentions a temporary id: an RFC 6901 JSON Pointer, and the id found there. The temporary id of
 * a thing is the id of the operation that creates it, so that `dependsOn` names it too. The empty path means the
 * operation itself, which took the place of the one that had the id.
 */
export interface Reference {
  readonly path: string;
  readonly id: string;
}

/** What a storage gives back: the operation, and what the storage itself keeps about it. */
export interface StoredOperation extends NewOperation {
  /** Position in the queue; grows with every enqueueing and is never reused. */
  readonly sequence: number;
  readonly state: OperationState;
  readonly attempts: number;
  /** True as soon as the operation may have been sent: from a claim on, unless it was released unsent. */
  readonly attempted: boolean;
  readonly history: readonly AttemptRecord[];
  /** When a `scheduled` operation is due, when a `leased` one's lease ends; else 0. */
  readonly dueAt: number;
  /** The delay that led to {@link dueAt}: a backoff's length or the lease's; 0 for a schedule of the app's. */
  readonly delayMs: number;
  /** Why it is parked or a dead letter. */
  readonly failure?: SyncFailure | undefined;
  /** A dead letter that has left its lane, see `AfterFailure`. */
  readonly aside?: true | undefined;
}

/** What the app gave, without what the storage keeps about it. */
export function withoutStorageFields(stored: StoredOperation): NewOperation {
  const { sequence, state, attempts, attempted, history, dueAt, delayMs, failure, aside, ...operation } =
    stored;
  return operation;
}
