import type { AnyOperationDefinition, OperationDefinition } from '../operation/define-operation.js';
import type { NewOperation } from '../operation/operation-record.js';
import type { EnqueueResult, StorageReceipt } from '../ports/queue-storage.js';
import { CallOrder } from './call-order.js';
import { coded } from './given.js';
import { GroupCommit } from './group-commit.js';
import type { EnqueueOptions } from './enqueue-options.js';
import { type QueueContext, tracked, type Turn, wake } from './queue-context.js';
import { heldBy } from './outcome-events.js';
import { type EnqueueReceipt, eventOf, receiptOf, refusal, subjectOf, touchesOthers } from './receipt.js';

/** One operation of an `enqueueAll`. */
export interface EnqueueItem<Input = unknown> extends EnqueueOptions {
  /** What it stores and sends is the definition's own affair. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- only `any` lets every payload's type in
  readonly operation: OperationDefinition<Input, any> | string;
  readonly payload: NoInfer<Input>;
}

/** An item whose types have been forgotten. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as of `AnyOperationDefinition`
export type AnyItem = EnqueueItem<any>;

type Resolve = (receipts: readonly EnqueueReceipt[]) => void;
type Reject = (error: unknown) => void;

/** The way into the queue: makes records, keeps the order of the calls, and lets concurrent ones share a commit. */
export class Intake {
  readonly #context: QueueContext;
  readonly #order = new CallOrder();
  readonly #commits = new GroupCommit((batches) => this.#write(batches));

  constructor(context: QueueContext) {
    this.#context = context;
  }

  /** Callbacks instead of promises, since this is on every operation's way. Throws what the record's maker throws. */
  add(
    operation: AnyOperationDefinition | string,
    payload: unknown,
    options: EnqueueOptions,
    principal: string | undefined,
    resolve: Resolve,
    reject: Reject,
  ): void {
    const created = this.#create(operation, payload, options, principal);
    this.#order.take(created, (record) => this.#keep([record], resolve, reject), reject);
  }

  /** Adds all or none. */
  addAll(items: readonly AnyItem[], principal: string | undefined, resolve: Resolve, reject: Reject): void {
    // Each in an async function of its own, so that one that throws leaves no other's rejection unheard.
    const create = async (item: EnqueueItem): Promise<NewOperation> => {
      const { operation, payload, ...options } = coded('enqueueAll', () => ({ ...item }));
      return this.#create(operation, payload, options, principal);
    };
    const records = Promise.all(coded('enqueueAll', () => items.map(create)));
    this.#order.take(records, (ready) => this.#keep(ready, resolve, reject), reject);
  }

  /** Waits for the turn of a call whose operation is stored by another way. Those after it wait for its end. */
  turn(created: Promise<NewOperation>): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const next = async (record: NewOperation): Promise<void> => {
        await this.#commits.written;
        return new Promise((end) => resolve({ record, end }));
      };
      this.#order.take(created, next, reject);
    });
  }

  #create(
    operation: AnyOperationDefinition | string,
    payload: unknown,
    options: EnqueueOptions,
    principal: string | undefined,
  ): NewOperation | Promise<NewOperation> {
    const { factory, registry } = this.#context;
    // A definition of no kind, options that are null: no caller may meet an error without a code.
    return coded('enqueue', () => {
      const kind = typeof operation === 'string' ? operation : operation.kind;
      return factory.create(registry.get(kind), payload, options, principal);
    });
  }

  #keep(records: readonly NewOperation[], resolve: Resolve, reject: Reject): void {
    const receive = (result: EnqueueResult): void => {
      if (result.ok) resolve(records.map((record, at) => this.#receive(record, result.receipts[at])));
      else
        reject(refusal(records[result.index] as NewOperation, result.code, this.#context.rules.maxPending));
    };
    this.#commits.add(records, receive, reject);
  }

  #receive(record: NewOperation, receipt: StorageReceipt = { kind: 'duplicate' }): EnqueueReceipt {
    if (this.#context.hub.isHeard && receipt.kind !== 'duplicate') this.#tell(record, receipt);
    return receiptOf(record.id, receipt);
  }

  /** What it did to others is told as everybody hears it: from the outcomes that the storage keeps. */
  #tell(record: NewOperation, receipt: Exclude<StorageReceipt, { kind: 'duplicate' }>): void {
    const { hub, outcomes, storage } = this.#context;
    if (receipt.kind !== 'enqueued') outcomes.passOver(record.id, receipt.kind);
    hub.emit(eventOf(record, receipt));
    outcomes.stir();
    if (touchesOthers(receipt)) void outcomes.catchUp();
    const holder = 'heldBy' in receipt ? receipt.heldBy : undefined;
    if (holder === undefined) return;
    const id = receipt.kind === 'coalesced' ? receipt.into : record.id;
    heldBy(storage, holder, { ...subjectOf(record), id })
      .then((event) => event && hub.emit(event))
      .catch((error: unknown) => hub.fail(error, 'STORAGE_FAILED'));
  }

  async #write(batches: readonly (readonly NewOperation[])[]): Promise<readonly EnqueueResult[]> {
    const { storage, rules } = this.#context;
    const step = storage.enqueue(batches, rules);
    const results = await tracked(this.#context, step);
    wake(this.#context);
    return results;
  }
}
