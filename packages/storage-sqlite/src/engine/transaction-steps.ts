import type {
  Claim,
  ClaimRequest,
  EnqueueResult,
  EnqueueRules,
  ListQuery,
  NewOperation,
  NextDueRequest,
  OperationState,
  Page,
  QuarantinedRecord,
  Settlement,
  SettleResult,
  SignedIn,
  SignInResult,
  SignInRules,
  StorageStats,
  StoredOperation,
} from '@cpc/sync-core';
import type { QueueSteps } from '@cpc/sync-core/storage-kit';
import { clampTimes, discard, replaceOperation, requeue, restore } from './changes.js';
import { claim, lapse, wake } from './claim.js';
import { enqueueBatch, type Savepoint } from './enqueue.js';
import { listQuarantined } from './quarantine.js';
import type { QueueTransaction } from './queue-transaction.js';
import { blockersOf, get, list, nextDue, stats } from './reads.js';
import { renew, settle } from './settle.js';
import { signIn } from './sign-in.js';

/** The methods of the port on one transaction. */
export class TransactionSteps implements QueueSteps {
  readonly #tx: QueueTransaction;
  readonly #savepoint: Savepoint;
  readonly #lastToken: number;

  /** @param lastToken - the highest token that this instance gave out; a claim that received nothing wrote none */
  constructor(tx: QueueTransaction, savepoint: Savepoint, lastToken: number) {
    this.#tx = tx;
    this.#savepoint = savepoint;
    this.#lastToken = lastToken;
  }

  enqueue(batches: readonly (readonly NewOperation[])[], rules: EnqueueRules = {}): readonly EnqueueResult[] {
    return batches.map((batch) => enqueueBatch(this.#tx, batch, rules, this.#savepoint));
  }

  claim(request: ClaimRequest): Claim | undefined {
    lapse(this.#tx, request.now);
    return wake(this.#tx, request.now) ? claim(this.#tx, request, this.#lastToken) : undefined;
  }

  renew(token: number, ids: readonly string[], leaseUntil: number, leaseMs: number): readonly string[] {
    return renew(this.#tx, token, ids, leaseUntil, leaseMs);
  }

  settle(token: number, settlements: readonly Settlement[]): readonly SettleResult[] {
    return settle(this.#tx, token, settlements);
  }

  nextDue(request: NextDueRequest): number | undefined {
    return nextDue(this.#tx, request);
  }

  clampTimes(now: number): void {
    clampTimes(this.#tx, now);
  }

  get(id: string): StoredOperation | undefined {
    return get(this.#tx, id);
  }

  blockersOf(id: string): readonly string[] {
    return blockersOf(this.#tx, id);
  }

  list(query?: ListQuery): Page<StoredOperation> {
    return list(this.#tx, query);
  }

  stats(): StorageStats {
    return stats(this.#tx);
  }

  requeue(ids: readonly string[], states?: readonly OperationState[]): readonly string[] {
    return requeue(this.#tx, ids, states);
  }

  discard(ids: readonly string[]): readonly StoredOperation[] {
    return discard(this.#tx, ids);
  }

  replace(id: string, operation: NewOperation): boolean {
    return replaceOperation(this.#tx, id, operation);
  }

  restore(operations: readonly StoredOperation[]): readonly string[] {
    return restore(this.#tx, operations);
  }

  signIn(principal: string | undefined, rules?: SignInRules): SignInResult {
    return signIn(this.#tx, principal, rules);
  }

  signedIn(): SignedIn {
    return { principal: this.#tx.state.data.principal ?? undefined };
  }

  quarantined(query?: { readonly after?: number; readonly limit?: number }): Page<QuarantinedRecord> {
    return listQuarantined(this.#tx, query);
  }
}
