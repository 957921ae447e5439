import type { SyncFailure } from '../errors/sync-failure.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { AttemptRecord, OperationState } from '../operation/operation.js';
import type { Lane } from './lane.js';

/** One operation in the index: what the app gave, what the storage keeps, and its place among the others. */
export class Entry {
  operation: NewOperation;
  readonly sequence: number;
  state: OperationState = 'blocked';
  attempts = 0;
  attempted = false;
  history: readonly AttemptRecord[] = [];
  /** When it is due, while blocked or scheduled; 0 for at once. While leased, when the lease ends. */
  dueAt: number;
  delayMs = 0;
  failure: SyncFailure | undefined = undefined;

  /** The claim that holds it, and whether it was attempted before that claim. */
  token = 0;
  attemptedBefore = false;

  lane: Lane | undefined = undefined;
  /** Whether the lane counts its rank: all do but those that are leased. */
  counted = false;
  previous: Entry | undefined = undefined;
  next: Entry | undefined = undefined;
  /** How many of its dependencies are still in the queue. */
  gates = 0;
  /** Who depends on it. */
  dependents: Set<Entry> | undefined = undefined;
  /** The highest of its own rank and the effective ranks of its dependents. */
  ownRank: number;
  /** The effective rank: also that of all behind it in its lane. Kept for heads; others have `ownRank`. */
  rank: number;

  constructor(operation: NewOperation, sequence: number) {
    this.operation = operation;
    this.sequence = sequence;
    this.dueAt = operation.scheduledAt > operation.createdAt ? operation.scheduledAt : 0;
    this.ownRank = operation.rank;
    this.rank = operation.rank;
  }

  /** Nothing but time, a hold or a lease stands between it and its delivery. */
  get isFree(): boolean {
    return this.previous === undefined && this.gates === 0;
  }

  snapshot(): StoredOperation {
    const stored: StoredOperation = {
      ...this.operation,
      sequence: this.sequence,
      state: this.state,
      attempts: this.attempts,
      attempted: this.attempted,
      history: this.history,
      dueAt: this.state === 'scheduled' || this.state === 'leased' ? this.dueAt : 0,
      delayMs: this.delayMs,
    };
    return this.failure === undefined ? stored : { ...stored, failure: this.failure };
  }
}
