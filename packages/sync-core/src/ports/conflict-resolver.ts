import type { Operation } from '../operation/operation.js';

/** The server's side of a conflict. */
export interface RemoteRecord {
  /** The value that the server holds; `undefined` where it was deleted or is unknown. */
  readonly value: unknown;
  /** The server's version of that value; the winner goes out against it. */
  readonly version?: string;
  /** When the server's value was written: a hybrid logical timestamp, or milliseconds since the epoch. */
  readonly timestamp?: string | number;
  readonly deleted?: boolean;
}

/** All that a resolver may look at. The values are copies: changing them changes nothing else. */
export interface Conflict {
  /** Its timestamp is put right by the server's clock, where that is known by now. */
  readonly operation: Operation;
  /** The payload that this device wants to send. */
  readonly local: unknown;
  readonly remote: RemoteRecord;
  /** The value that the person saw when they made the change, if the app passed it to `enqueue`. */
  readonly base: unknown;
  /** How often this change has met a conflict before. */
  readonly round: number;
  /** The present by the server's clock, where its answers told it, in milliseconds. @defaultValue this device's clock */
  readonly now?: number;
}

export type Resolution =
  /** Send the local payload again, now against the remote version. */
  | { readonly kind: 'use-local' }
  /** Give the local change up. */
  | { readonly kind: 'use-remote' }
  /** Send this value instead, against the remote version. */
  | { readonly kind: 'merge'; readonly value: unknown }
  /** Park the operation until a person decides. */
  | { readonly kind: 'defer' };

/** Decides between a local change and what the server holds. */
export interface ConflictResolver {
  resolve(conflict: Conflict, context: { readonly signal: AbortSignal }): Resolution | Promise<Resolution>;
}
