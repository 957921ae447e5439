/** What a caller may say about one operation; all of it optional. */
export interface EnqueueOptions {
  /** Identity and idempotency key. Enqueueing the same id with the same payload again changes nothing. */
  readonly id?: string;
  /** @defaultValue what the definition's `entity` gives */
  readonly entity?: string;
  /** @defaultValue the definition's */
  readonly priority?: number;
  /** Ids of operations that must have left the queue before this one goes. */
  readonly dependsOn?: readonly string[];
  /** Not before this moment, in milliseconds since the epoch. */
  readonly scheduledAt?: number;
  /** Given up at this moment, in milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Who does it. @defaultValue the queue's principal */
  readonly principal?: string;
  /** The value that the person saw, for three-way merges. */
  readonly base?: unknown;
  /** The version that the person saw, sent as `If-Match`. */
  readonly baseVersion?: string;
}
