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
  QueueStorage,
  Settlement,
  SettleResult,
  StorageNotice,
  StorageStats,
  StorageSupports,
} from '../ports/queue-storage.js';
import type { SignedIn, SignInResult, SignInRules } from '../ports/sign-in.js';
import type { Subscribable } from '../ports/subscribable.js';
import { clampList, clampNumber, clampOperation, clampSettlement, clampStored } from '../rules/numbers.js';
import type { QueueSteps, StepMode } from './queue-steps.js';

/** The operations that a step brings in; empty for one that brings none. */
export type Brings = () => readonly NewOperation[];

const BRINGS_NOTHING: Brings = () => [];

/**
 * The `QueueStorage` port over steps: a storage says how it runs one, whole and durable, and the methods of the port
 * stand here, once for all storages. Numbers that mean nothing are held to sense before a step sees them.
 */
export abstract class SteppedQueueStorage<Steps extends QueueSteps> implements QueueStorage {
  abstract readonly supports: StorageSupports;
  abstract readonly notices: Subscribable<StorageNotice>;

  abstract open(): Promise<void>;
  abstract close(): Promise<void>;

  /**
   * Runs one step. Resolves with its result when what it changed is as durable as the storage promises; rejects with
   * `STORAGE_CLOSED` where the storage is not open, and with what the step throws.
   *
   * @param brings - the operations that the step will write, for a storage that has to prepare their contents, as a
   * payload codec does
   */
  protected abstract run<T>(mode: StepMode, step: (queue: Steps) => T, brings: Brings): Promise<T>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    const sensible = clampList(batches, (batch) => clampList(batch, clampOperation));
    return this.run(
      'add',
      (queue) => queue.enqueue(sensible, rules),
      () => sensible.flat(),
    );
  }

  async claim(request: ClaimRequest): Promise<Claim> {
    for (;;) {
      const claim = await this.#write((queue) => queue.claim(request));
      if (claim !== undefined) return claim;
    }
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#write((queue) => queue.renew(token, ids, clampNumber(leaseUntil), clampNumber(leaseMs)));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    const sensible = clampList(settlements, clampSettlement);
    return this.run(
      'write',
      (queue) => queue.settle(token, sensible),
      () => sensible.flatMap((one) => (one.kind === 'replace' ? [one.operation] : [])),
    );
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#read((queue) => queue.nextDue(request));
  }

  clampTimes(now: number): Promise<void> {
    return this.#write((queue) => queue.clampTimes(now));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#read((queue) => queue.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#read((queue) => queue.blockersOf(id));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.#read((queue) => queue.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.#read((queue) => queue.stats());
  }

  requeue(
    ids: readonly string[],
    _now?: number,
    states?: readonly OperationState[],
  ): Promise<readonly string[]> {
    return this.#write((queue) => queue.requeue(ids, states));
  }

  discard(ids: readonly string[]): Promise<readonly StoredOperation[]> {
    return this.#write((queue) => queue.discard(ids));
  }

  replace(id: string, operation: NewOperation): Promise<boolean> {
    const sensible = clampOperation(operation);
    return this.run(
      'write',
      (queue) => queue.replace(id, sensible),
      () => [sensible],
    );
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    const sensible = clampList(operations, clampStored);
    return this.run(
      'add',
      (queue) => queue.restore(sensible),
      () => sensible,
    );
  }

  signIn(principal: string | undefined, rules?: SignInRules): Promise<SignInResult> {
    return this.#write((queue) => queue.signIn(principal, rules));
  }

  signedIn(): Promise<SignedIn> {
    return this.#read((queue) => queue.signedIn());
  }

  quarantined(query?: {
    readonly after?: number;
    readonly limit?: number;
  }): Promise<Page<QuarantinedRecord>> {
    return this.#read((queue) => queue.quarantined(query));
  }

  #read<T>(step: (queue: Steps) => T): Promise<T> {
    return this.run('read', step, BRINGS_NOTHING);
  }

  #write<T>(step: (queue: Steps) => T): Promise<T> {
    return this.run('write', step, BRINGS_NOTHING);
  }
}
