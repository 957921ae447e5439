import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { OperationState } from '../operation/operation.js';
import type {
  Claim,
  ClaimRequest,
  EnqueueResult,
  EnqueueRules,
  ListQuery,
  NextDueRequest,
  Page,
  QuarantinedRecord,
  Settlement,
  SettleResult,
  StorageStats,
} from '../ports/queue-storage.js';
import type { SignedIn, SignInResult, SignInRules } from '../ports/sign-in.js';

/**
 * What a step of a storage runs on: the methods of the `QueueStorage` port, each synchronous and whole. Numbers come
 * held to sense.
 */
export interface QueueSteps {
  enqueue(batches: readonly (readonly NewOperation[])[], rules?: EnqueueRules): readonly EnqueueResult[];
  /** `undefined` where more was due than one step should take on: the step is then run again. */
  claim(request: ClaimRequest): Claim | undefined;
  renew(token: number, ids: readonly string[], leaseUntil: number, leaseMs: number): readonly string[];
  settle(token: number, settlements: readonly Settlement[]): readonly SettleResult[];
  nextDue(request: NextDueRequest): number | undefined;
  clampTimes(now: number): void;
  get(id: string): StoredOperation | undefined;
  blockersOf(id: string): readonly string[];
  list(query?: ListQuery): Page<StoredOperation>;
  stats(): StorageStats;
  requeue(ids: readonly string[], states?: readonly OperationState[]): readonly string[];
  discard(ids: readonly string[]): readonly StoredOperation[];
  replace(id: string, operation: NewOperation): boolean;
  restore(operations: readonly StoredOperation[]): readonly string[];
  signIn(principal: string | undefined, rules?: SignInRules): SignInResult;
  signedIn(): SignedIn;
  quarantined(query?: { readonly after?: number; readonly limit?: number }): Page<QuarantinedRecord>;
}

/**
 * What a step does to the queue: it reads, it writes, or it may make the queue larger, which never takes the room that
 * is kept for the others.
 */
export type StepMode = 'read' | 'write' | 'add';
