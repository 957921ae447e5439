import type {
  Claim,
  ClaimRequest,
  EnqueueResult,
  EnqueueRules,
  ListQuery,
  NewOperation,
  NextDueRequest,
  Page,
  QuarantinedRecord,
  QueueStorage,
  Settlement,
  SettleResult,
  SignedIn,
  SignInResult,
  SignInRules,
  StorageNotice,
  StorageStats,
  StorageSupports,
  StoredOperation,
  Subscribable,
} from '@cpc/sync-core';
import type { StorageMethod } from './storage-methods.js';

/**
 * A storage that stands in front of another one: whatever it does with a call, it does in {@link around}, and a method
 * is overridden only where its arguments or its result matter.
 */
export abstract class InterposedStorage implements QueueStorage {
  abstract readonly supports: StorageSupports;
  abstract readonly notices: Subscribable<StorageNotice>;

  /** The storage behind this one. */
  protected abstract readonly real: QueueStorage;

  /**
   * Stands around every call.
   *
   * @param effect - the call of the storage behind this one; may be left out, or awaited later
   */
  protected abstract around<T>(method: StorageMethod, effect: () => Promise<T>): Promise<T>;

  open(): Promise<void> {
    return this.around('open', () => this.real.open());
  }

  close(): Promise<void> {
    return this.around('close', () => this.real.close());
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    return this.around('enqueue', () => this.real.enqueue(batches, rules));
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.around('claim', () => this.real.claim(request));
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.around('renew', () => this.real.renew(token, ids, leaseUntil, leaseMs));
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.around('settle', () => this.real.settle(token, settlements));
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.around('nextDue', () => this.real.nextDue(request));
  }

  clampTimes(now: number): Promise<void> {
    return this.around('clampTimes', () => this.real.clampTimes(now));
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.around('get', () => this.real.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.around('blockersOf', () => this.real.blockersOf(id));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.around('list', () => this.real.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.around('stats', () => this.real.stats());
  }

  requeue(...args: Parameters<QueueStorage['requeue']>): Promise<readonly string[]> {
    return this.around('requeue', () => this.real.requeue(...args));
  }

  discard(ids: readonly string[]): Promise<readonly StoredOperation[]> {
    return this.around('discard', () => this.real.discard(ids));
  }

  replace(id: string, operation: NewOperation): Promise<boolean> {
    return this.around('replace', () => this.real.replace(id, operation));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.around('restore', () => this.real.restore(operations));
  }

  signIn(principal: string | undefined, rules?: SignInRules): Promise<SignInResult> {
    return this.around('signIn', () => this.real.signIn(principal, rules));
  }

  signedIn(): Promise<SignedIn> {
    return this.around('signedIn', () => this.real.signedIn());
  }

  quarantined(query?: {
    readonly after?: number;
    readonly limit?: number;
  }): Promise<Page<QuarantinedRecord>> {
    return this.around('quarantined', () => this.real.quarantined(query));
  }
}
