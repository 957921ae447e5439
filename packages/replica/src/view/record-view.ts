import type { SyncFailure } from '@cpc/sync-core';

/**
 * What a record owes to the device:
 *
 * - `synced`: nothing; it is as the server has it, or will be with the next pull.
 * - `pending`: operations of it are on their way.
 * - `held`: they wait for something that does not go by itself; `failure` says why.
 * - `failed`: one was refused and waits for somebody to decide. What is shown is the server's value, or, where the server
 *   has none, what the operation would have made.
 */
export type RecordState = 'synced' | 'pending' | 'held' | 'failed';

/** A record as the person should see it: the copy, with what waits laid over it. */
export interface RecordView<Value = unknown> {
  readonly entity: string;
  readonly value: Value;
  /** The copy's version, which an operation on the record takes as its `baseVersion`. */
  readonly version?: string;
  readonly state: RecordState;
  /** The operations that make it differ from `synced`, in their order. */
  readonly operations: readonly string[];
  /** Why it is `failed` or `held`. */
  readonly failure?: SyncFailure;
}
