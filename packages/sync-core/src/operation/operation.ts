/**
 * One change that the app wants to happen, as data: never a closure, so that it survives the process.
 */
export interface Operation {
  /** Identity and idempotency key, for life. A UUIDv7 unless the caller chose one. */
  readonly id: string;
  /** Names the definition: `preferences.setCurrency`. */
  readonly kind: string;
  /** The ordering key: operations of one entity are delivered in the order of their enqueueing. */
  readonly entity?: string | undefined;
  /** The payload, parsed anew from {@link payloadJson} for this object. */
  readonly payload: unknown;
  /** The payload's exact JSON text. Every send carries these bytes. */
  readonly payloadJson: string;
  /** Higher goes first; see `OperationPriority`. */
  readonly priority: number;
  /** Version of the payload's shape, as the definition counts it. */
  readonly version: number;
  /** Who enqueued it. It is never sent under another one's credentials. */
  readonly principal?: string | undefined;
  /** Operations that must have left the queue before this one goes. */
  readonly dependsOn: readonly string[];
  /** Answered attempts so far that count against `maxAttempts`. */
  readonly attempts: number;
  /** Wall clock at enqueueing, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** Not sent before this moment, in milliseconds since the epoch. */
  readonly scheduledAt: number;
  /** Not sent from this moment on, in milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  /** Hybrid logical timestamp of the change, sortable as text. */
  readonly timestamp: string;
  /** The version of the entity that the person saw; sent as `If-Match`. */
  readonly baseVersion?: string | undefined;
}

/**
 * - `waiting`: may go now.
 * - `scheduled`: may go later, by a schedule or a backoff.
 * - `blocked`: behind the head of its entity, or behind an operation it depends on.
 * - `leased`: with a worker, being sent.
 * - `parked`: held until something other than time releases it: a person's decision, a newer app.
 * - `deadLetter`: failed for good, until somebody retries, edits or discards it.
 */
export type OperationState = 'waiting' | 'scheduled' | 'blocked' | 'leased' | 'parked' | 'deadLetter';

/** One delivery attempt, kept with the operation for as long as it is in the queue. */
export interface AttemptRecord {
  /** When the attempt began, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Kind of the outcome, see `DeliveryOutcome`. */
  readonly outcome: string;
  /** The failure's stable code and text, where there was one. */
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  /** How long the operation waits after it. */
  readonly delayMs?: number;
}
