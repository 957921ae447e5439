import type { OperationDefinition } from '../operation/define-operation.js';
import type { NewOperation } from '../operation/operation-record.js';
import type { EnqueueResult, EnqueueRules, StorageReceipt } from '../ports/queue-storage.js';
import type { EnqueueOptions } from '../queue/enqueue-options.js';
import { tracked, wake } from '../queue/queue-context.js';
import { eventOf, receiptOf, refusal, type EnqueueReceipt } from '../queue/receipt.js';
import type { SyncQueue } from '../queue/sync-queue.js';

/** A storage that joins transactions of the app's own: at once, as SQLite does, or later, as IndexedDB does. */
export interface TransactionalStorage<Tx, Result extends EnqueueResult | Promise<EnqueueResult>> {
  enqueueIn(transaction: Tx, operations: readonly NewOperation[], rules?: EnqueueRules): Result;
}

/** Puts the operation into the queue within the transaction; throws, or rejects, where the queue refuses it. */
export type EnqueueIn<Tx, Result> = (
  transaction: Tx,
) => Result extends Promise<unknown> ? Promise<undefined> : undefined;

export interface TogetherParts<Tx, Result extends EnqueueResult | Promise<EnqueueResult>, Input, Payload> {
  readonly queue: SyncQueue;
  /** The queue's storage, in the database of the app's own write. */
  readonly storage: TransactionalStorage<Tx, Result>;
  readonly operation: OperationDefinition<Input, Payload>;
  readonly payload: Input;
  readonly options?: EnqueueOptions;
}

/**
 * As `queue.enqueue`, but in a transaction of the app's own: its write and the operation are both there after a
 * crash, or neither. The queue's schema, limits, coalescing, events and wake-ups apply as ever.
 *
 * ```ts
 * await enqueueTogether({ queue, storage, operation: sell, payload: sale }, (enqueueIn) =>
 *   database.transaction(() => {
 *     saveSale(sale);
 *     enqueueIn(database);
 *   })(),
 * );
 * ```
 *
 * Calls take effect in the order in which they are made, those of `enqueue` among them: `write` is called when all
 * before it is stored, and those after it wait until `enqueueIn` has answered, or `write` has ended. So `write` must not
 * wait for another call to the queue before it calls `enqueueIn`: the two would wait for each other.
 *
 * @param write - opens the transaction, writes, calls `enqueueIn` in it, and returns when it is committed. What
 * `enqueueIn` throws must undo the transaction.
 * @throws SyncError as `enqueue`; TypeError where `write` did not call `enqueueIn`; and whatever `write` throws
 */
export async function enqueueTogether<
  Tx,
  Result extends EnqueueResult | Promise<EnqueueResult>,
  Input,
  Payload,
>(
  parts: TogetherParts<Tx, Result, Input, Payload>,
  write: (enqueueIn: EnqueueIn<Tx, Result>) => unknown,
): Promise<EnqueueReceipt> {
  const { queue, storage, operation, payload, options = {} } = parts;
  const { factory, registry, rules, hub, turn } = queue.context;
  const created = factory.create(registry.get(operation.kind), payload, options, queue.principal);
  const { record, end } = await turn(Promise.resolve(created));
  let receipt: StorageReceipt | undefined;
  const take = (result: EnqueueResult): void => {
    // It has its place now, so those behind it need not wait for the commit: the storage keeps their order.
    end();
    if (!result.ok) throw refusal(record, result.code, rules.maxPending);
    receipt = result.receipts[0];
  };
  const enqueueIn = (transaction: Tx): unknown => {
    const result = storage.enqueueIn(transaction, [record], rules);
    if (result instanceof Promise) return result.then(take);
    take(result);
    return undefined;
  };
  const step = Promise.resolve().then(() => write(enqueueIn as EnqueueIn<Tx, Result>));
  await tracked(queue.context, step.finally(end));
  if (receipt === undefined) throw new TypeError('write did not call enqueueIn, so nothing was enqueued');
  if (receipt.kind !== 'duplicate') hub.emit(eventOf(record, receipt));
  wake(queue.context);
  return receiptOf(record.id, receipt);
}
