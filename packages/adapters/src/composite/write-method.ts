import type { EnqueueReceipt, OperationStatus } from '@cpc/sync-core';
import { callOn, type CompositeParts } from './composite-parts.js';
import { OfflineFailureError, OnlineFailureError, textOf } from './failures.js';
import type { WritePolicy } from './method-policies.js';
import { isWorthTrying } from './while-online.js';

type Policy = WritePolicy<readonly unknown[], unknown>;

interface Written {
  readonly receipt: EnqueueReceipt;
  readonly offlineResult: unknown;
}

/** A write of a composite; see {@link WritePolicy}. */
export class WriteMethod {
  readonly #name: string;
  readonly #policy: Policy;
  readonly #parts: CompositeParts;

  constructor(name: string, policy: Policy, parts: CompositeParts) {
    this.#name = name;
    this.#policy = policy;
    this.#parts = parts;
  }

  async call(args: readonly unknown[]): Promise<unknown> {
    const { monitor, guard } = this.#parts;
    const entity = this.#policy.entity(...args);
    const written = await guard.inTurn(entity, () => this.#write(args, entity));
    const { waitMs = 0, result } = this.#policy;
    if (waitMs === 0 || !isWorthTrying(monitor.status.state)) return written.offlineResult;
    const status = await this.#wordOf(written.receipt, waitMs);
    if (status === undefined) return written.offlineResult;
    this.#throwIfRefused(status);
    const isAnswered = status.state === 'acknowledged' && result !== undefined;
    return isAnswered ? result(status.result, written.offlineResult) : written.offlineResult;
  }

  /**
   * The queue first: a crash between the two leaves a change that will be delivered and shown by the next read,
   * where the other order would show a change that nobody ever delivers.
   */
  async #write(args: readonly unknown[], entity: string | undefined): Promise<Written> {
    const { queue, guard, offline } = this.#parts;
    const { operation, payload, options } = this.#policy;
    if (entity !== undefined) guard.overtake(entity);
    const receipt = await queue.enqueue(operation, payload(...args), {
      ...options?.(...args),
      ...(entity !== undefined && { entity }),
    });
    try {
      return { receipt, offlineResult: await callOn(offline, this.#name, args) };
    } catch (cause) {
      throw await this.#withdraw(receipt, cause);
    }
  }

  /** Takes the operation back, so that a failed call changes nothing; says so where that is too late. */
  async #withdraw(receipt: EnqueueReceipt, cause: unknown): Promise<OfflineFailureError> {
    const failed = { method: this.#name, cause };
    const isBack = receipt.outcome === 'enqueued' && (await this.#discarded(receipt.id));
    if (isBack) {
      const message = `${this.#name} could not change the offline copy: ${textOf(cause)}. Nothing was changed; try again.`;
      return new OfflineFailureError(message, { ...failed, recoverable: true });
    }
    const operationId = receipt.into ?? receipt.id;
    const message = `${this.#name} could not change the offline copy: ${textOf(cause)}. The change is queued as ${operationId} and will be delivered; do not make it again.`;
    return new OfflineFailureError(message, { ...failed, recoverable: false, operationId });
  }

  async #discarded(id: string): Promise<boolean> {
    try {
      await this.#parts.queue.discard(id);
      return true;
    } catch {
      // It is being sent, or the storage failed as well: in both cases it may still be delivered.
      return false;
    }
  }

  /** The first status that decides, or `undefined` when there is none in time. */
  #wordOf({ id, into }: EnqueueReceipt, waitMs: number): Promise<OperationStatus | undefined> {
    const { clock, queue } = this.#parts;
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => end(undefined), waitMs);
      const subscription = queue.watch(into ?? id).subscribe((status) => {
        if (!UNDECIDED.has(status.state)) end(status);
      });
      function end(status: OperationStatus | undefined): void {
        clock.clearTimer(timer);
        subscription.unsubscribe();
        resolve(status);
      }
    });
  }

  #throwIfRefused({ id, state, failure }: OperationStatus): void {
    if (state !== 'deadLetter' && state !== 'superseded') return;
    const why =
      state === 'superseded' ? 'the server holds a newer value' : (failure?.message ?? 'it gave no reason');
    throw new OnlineFailureError(
      `${this.#name} was refused by the server: ${why}. Read again to see its value.`,
      {
        method: this.#name,
        recoverable: false,
        cause: failure,
        operationId: id,
      },
    );
  }
}

/** States in which the server's word is still to come, or waits for a person. */
const UNDECIDED: ReadonlySet<OperationStatus['state']> = new Set([
  'waiting',
  'scheduled',
  'blocked',
  'leased',
]);
