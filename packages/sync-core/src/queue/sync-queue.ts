import type { Observable } from 'rxjs';
import { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import { systemClock } from '../clock/system-clock.js';
import { systemRandom } from '../clock/system-random.js';
import { checkInteger } from '../operation/check.js';
import type { AnyOperationDefinition, OperationDefinition } from '../operation/define-operation.js';
import {
  type NewOperation,
  type StoredOperation,
  withoutStorageFields,
} from '../operation/operation-record.js';
import { type QueuedOperation, toOperation } from '../operation/to-operation.js';
import { uuidV7Source } from '../operation/uuid-v7.js';
import { rebased } from '../outcome/decide.js';
import type { Clock } from '../ports/clock.js';
import type { RemoteRecord, Resolution } from '../ports/conflict-resolver.js';
import type { Logger } from '../ports/logger.js';
import type {
  EnqueueResult,
  ListQuery,
  Page,
  QueueStorage,
  StorageNotice,
  StorageReceipt,
} from '../ports/queue-storage.js';
import type { RandomSource } from '../ports/random-source.js';
import type { Subscription } from '../ports/subscribable.js';
import type { Transport } from '../ports/transport.js';
import { pendingStream } from '../view/pending.js';
import type { DrainOptions } from '../worker/drain-options.js';
import type { ProcessingSummary } from '../worker/processing-summary.js';
import { SyncWorker } from '../worker/sync-worker.js';
import type { SyncWorkerOptions } from '../worker/worker-options.js';
import { EventHub } from './event-hub.js';
import { explain, type Explanation } from './explain.js';
import { GroupCommit } from './group-commit.js';
import { type EnqueueOptions, OperationFactory } from './operation-factory.js';
import { OperationRegistry, type UnknownKinds } from './operation-registry.js';
import type { QueueContext } from './queue-context.js';
import { type RankStrategy, strictRank } from './rank.js';
import { type QueueStats, StatsSource } from './queue-stats.js';
import { type EnqueueReceipt, eventOf, notAvailable, receiptOf, refusal, subjectOf } from './receipt.js';
import type { SyncEvent } from './sync-event.js';
import { type OperationStatus, watchStream } from './watch.js';

export interface SyncQueueCollaborators {
  readonly storage: QueueStorage;
  /** @defaultValue the platform's */
  readonly clock?: Clock;
  /** @defaultValue the platform's */
  readonly random?: RandomSource;
  readonly logger?: Logger;
}

export interface SyncQueueOptions {
  /** The kinds that may be enqueued and sent. */
  readonly operations: readonly AnyOperationDefinition[];
  /**
   * What becomes of stored operations whose kind is not among {@link operations}, or whose version is newer: `park`
   * holds them until an app comes that knows them; `send` sends them as they are stored. `send` is for tools that
   * carry the operations of apps they do not know; such a tool cannot replace temporary ids.
   *
   * @defaultValue "park"
   */
  readonly unknownKinds?: UnknownKinds;
  /** A payload's JSON may have so many bytes in UTF-8. @defaultValue 1_048_576 */
  readonly maxPayloadBytes?: number;
  /** The queue takes no more operations than this; nothing is dropped to make room. @defaultValue 1_000_000 */
  readonly maxPending?: number;
  /** What goes first. @defaultValue {@link strictRank} */
  readonly rank?: RankStrategy;
  /** Names this device in the timestamps of its changes. @defaultValue random */
  readonly node?: string;
}

/** One operation of an {@link SyncQueue.enqueueAll}. */
export interface EnqueueItem extends EnqueueOptions {
  readonly operation: AnyOperationDefinition | string;
  readonly payload: unknown;
}

/**
 * The outbox. `enqueue` makes an operation durable; a `SyncWorker`, or `process`, delivers it; the events, the
 * streams and `explain` tell what became of it.
 *
 * ## The life of an operation
 *
 * ```
 *            enqueue
 *               │
 *               ▼            head of its entity, time come
 *   blocked ◀──────▶ scheduled ──────▶ waiting
 *               ▲        ▲                │ claim
 *               │        │ retry, outage  ▼
 *               └────────┴──────────── leased ──▶ acknowledged, expired, given up: gone
 *               ▲                         │
 *               │ retry, edit, decision   ├──▶ parked       until a person or a newer app decides
 *               └─────────────────────────┴──▶ deadLetter   until it is retried, edited or discarded
 * ```
 *
 * A leased operation whose worker dies is waiting again when its lease ends. `discard` removes an operation in
 * any state but leased. Whatever holds an operation holds those behind it in its entity, and nobody else.
 */
export class SyncQueue implements AsyncDisposable {
  /** What happens, as it happens. */
  readonly events$: Observable<SyncEvent>;
  /** The queue's figures: at once to each new subscriber, then at most four times a second while they change. */
  readonly stats$: Observable<QueueStats>;
  /** What a worker shares with its queue. */
  readonly context: QueueContext;
  readonly #factory: OperationFactory;
  readonly #stats: StatsSource;
  readonly #commits: GroupCommit;
  readonly #maxPending: number;
  #notices: Subscription | undefined;
  #principal: string | undefined;

  constructor(collaborators: SyncQueueCollaborators, options: SyncQueueOptions) {
    const { storage, clock = systemClock, random = systemRandom, logger } = collaborators;
    const { maxPayloadBytes = 1_048_576, maxPending = 1_000_000, rank = strictRank } = options;
    checkInteger('maxPayloadBytes', maxPayloadBytes, 2);
    checkInteger('maxPending', maxPending, 1);
    const registry = new OperationRegistry(options.operations, options.unknownKinds);
    const newId = uuidV7Source(clock, random);
    const hub = new EventHub(logger);
    const node = options.node ?? newId().slice(-12);
    const timestamps = new HybridLogicalClock(clock, { node });
    const factory = new OperationFactory({ registry, clock, timestamps, newId, rank, maxPayloadBytes });
    this.#factory = factory;
    this.context = {
      storage,
      clock,
      random,
      logger,
      hub,
      registry,
      newId,
      timestamps,
      wakers: new Set(),
      refreshers: new Set(),
      content: (kind, value) => factory.content(kind, value),
      gates: new Set(),
    };
    this.#commits = new GroupCommit((batches) => this.#write(batches));
    this.#maxPending = maxPending;
    this.#stats = new StatsSource(this.context);
    this.events$ = hub.events$;
    this.stats$ = this.#stats.stats$;
  }

  /** Opens the storage. Idempotent. */
  async open(): Promise<void> {
    const { storage } = this.context;
    // Before it opens, since it may come across damaged records as it does.
    this.#notices ??= storage.notices.subscribe((notice) => this.#onNotice(notice));
    await storage.open();
    this.#refresh();
  }

  /** Closes the storage. Stop the workers first. Idempotent; the queue may be opened again. */
  async close(): Promise<void> {
    this.#notices?.unsubscribe();
    this.#notices = undefined;
    await this.context.storage.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Who is signed in: the principal of new operations, and the only one whose operations are sent. */
  get principal(): string | undefined {
    return this.#principal;
  }

  /**
   * Signs somebody in, or out with `undefined`. Operations of others stay where they are, unsent, until their
   * principal is signed in again; a send of theirs that is under way is aborted.
   */
  signIn(principal: string | undefined): void {
    this.#principal = principal;
    this.#wake();
  }

  /**
   * Keeps an operation until it is delivered. Once this resolves, the operation is as safe as the storage.
   *
   * The payload is read at once; what the caller does to it afterwards changes nothing.
   *
   * @throws SyncError `OPERATION_KIND_UNKNOWN`, `OPERATION_INVALID`, `PAYLOAD_NOT_JSON`, `PAYLOAD_TOO_LARGE`,
   * `PAYLOAD_INVALID`, `OPERATION_ID_REUSED`, `QUEUE_FULL`, or a `STORAGE_…` code; in each case nothing was stored
   * (but see `QueueStorage`: after a fault in the commit itself, repeat with the same id to be sure).
   */
  enqueue<Input, Payload>(
    operation: OperationDefinition<Input, Payload> | string,
    payload: Input,
    options: EnqueueOptions = {},
  ): Promise<EnqueueReceipt> {
    return new Promise((resolve, reject) => {
      const keep = (record: NewOperation): void =>
        this.#keep([record], ([receipt]) => resolve(receipt as EnqueueReceipt), reject);
      const created = this.#create(operation, payload, options);
      if (created instanceof Promise) created.then(keep).catch(reject);
      else keep(created);
    });
  }

  /** Enqueues several operations in order, all of them or none. */
  async enqueueAll(items: readonly EnqueueItem[]): Promise<readonly EnqueueReceipt[]> {
    // Each in an async function of its own, so that one that throws leaves no other's rejection unheard.
    const records = await Promise.all(
      items.map(async ({ operation, payload, ...options }) => this.#create(operation, payload, options)),
    );
    return new Promise((resolve, reject) => this.#keep(records, resolve, reject));
  }

  /**
   * Delivers what may go now, each operation once, without a worker: for command lines, tests and cron jobs.
   * Returns when nothing more can go.
   */
  async process(
    transport: Transport,
    options: SyncWorkerOptions & DrainOptions = {},
  ): Promise<ProcessingSummary> {
    const worker = new SyncWorker({ queue: this, transport }, options);
    return worker.drain({ waitForDue: false, ...options });
  }

  async list(query?: ListQuery): Promise<Page<QueuedOperation>> {
    if (query?.limit !== undefined) checkInteger('limit', query.limit, 1);
    const page = await this.context.storage.list(query);
    return { ...page, items: page.items.map(toOperation) };
  }

  async get(id: string): Promise<QueuedOperation | undefined> {
    const stored = await this.context.storage.get(id);
    return stored === undefined ? undefined : toOperation(stored);
  }

  stats(): Promise<QueueStats> {
    return this.#stats.read();
  }

  /**
   * The states of one operation, from now to its end; follows it where another takes its place. Of an operation
   * that joined another, pass the receipt's `into`.
   */
  watch(id: string): Observable<OperationStatus> {
    return watchStream(this.context, id);
  }

  /** The operations of an entity that the server does not have yet, in order; without dead letters. */
  pending$(entity: string): Observable<readonly QueuedOperation[]> {
    return pendingStream(this.context, entity);
  }

  /** Why an operation is where it is, in words; `undefined` when it is not in the queue. */
  explain(id: string): Promise<Explanation | undefined> {
    return explain(this.context, id);
  }

  /**
   * Lets a dead letter or a parked operation go again, and ends the wait of a scheduled one.
   *
   * @throws SyncError `OPERATION_NOT_AVAILABLE`
   */
  async retry(id: string): Promise<void> {
    const [changed] = await this.#requeue([id]);
    if (changed === undefined) throw notAvailable(id);
  }

  /**
   * Lets all dead letters go again, or those of a kind or entity.
   *
   * @returns how many
   */
  async retryAll(query: Pick<ListQuery, 'kind' | 'entity'> = {}): Promise<number> {
    const ids: string[] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: Page<StoredOperation> = await this.context.storage.list({
        ...query,
        states: ['deadLetter'],
        after,
      });
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    return (await this.#requeue(ids)).length;
  }

  /**
   * Gives an operation up and lets those behind it go.
   *
   * @throws SyncError `OPERATION_NOT_AVAILABLE` where it is gone, or being sent
   */
  async discard(id: string): Promise<void> {
    const [discarded] = await this.context.storage.discard([id]);
    if (discarded === undefined) throw notAvailable(id);
    this.context.hub.emit({ type: 'discarded', ...subjectOf(discarded) });
    this.#wake();
  }

  /**
   * Gives an operation another payload and lets it go again, in its place. It goes under a new id, since the
   * server may have seen the old one with the old payload.
   *
   * @returns the new id
   * @throws SyncError `OPERATION_NOT_AVAILABLE`, or what `enqueue` says of payloads
   */
  async edit(id: string, payload: unknown): Promise<string> {
    const stored = await this.#available(id);
    return this.#replace(stored, await this.#factory.edit(withoutStorageFields(stored), payload));
  }

  /**
   * Decides a conflict that was deferred to a person.
   *
   * @returns the id under which the operation goes out again; `undefined` for `use-remote`
   * @throws SyncError `OPERATION_NOT_AVAILABLE`
   */
  async resolve(id: string, resolution: Exclude<Resolution, { kind: 'defer' }>): Promise<string | undefined> {
    const stored = await this.#available(id);
    if (stored.failure?.code !== 'CONFLICT_DEFERRED') throw notAvailable(id);
    if (resolution.kind === 'use-remote') {
      await this.discard(id);
      return undefined;
    }
    const remote = stored.failure.details as RemoteRecord;
    const winner =
      resolution.kind === 'merge' ? this.#factory.content(stored.kind, resolution.value) : stored;
    return this.#replace(stored, rebased(stored, winner, remote, this.context.newId()));
  }

  #create(
    operation: AnyOperationDefinition | string,
    payload: unknown,
    options: EnqueueOptions,
  ): NewOperation | Promise<NewOperation> {
    const kind = typeof operation === 'string' ? operation : operation.kind;
    return this.#factory.create(this.context.registry.get(kind), payload, options, this.#principal);
  }

  async #write(batches: readonly (readonly NewOperation[])[]): Promise<readonly EnqueueResult[]> {
    const { storage, registry, hub } = this.context;
    const results = await storage.enqueue(batches, {
      maxPending: this.#maxPending,
      coalesce: (tail, incoming) => {
        try {
          const coalescence = registry.coalesce(tail, incoming);
          if (coalescence.kind === 'merged') this.#factory.checkSize(coalescence.operation.payload);
          return coalescence;
        } catch (error) {
          hub.fail(error, 'OPERATION_INVALID');
          return { kind: 'none' };
        }
      },
    });
    this.#wake();
    return results;
  }

  #keep(
    records: readonly NewOperation[],
    resolve: (receipts: readonly EnqueueReceipt[]) => void,
    reject: (error: unknown) => void,
  ): void {
    const receive = (result: EnqueueResult): void => {
      if (result.ok) resolve(records.map((record, at) => this.#receive(record, result.receipts[at])));
      else reject(refusal(records[result.index] as NewOperation, result.code, this.#maxPending));
    };
    this.#commits.add(records, receive, reject);
  }

  #receive(record: NewOperation, receipt: StorageReceipt = { kind: 'duplicate' }): EnqueueReceipt {
    const { hub } = this.context;
    if (hub.isHeard && receipt.kind !== 'duplicate') hub.emit(eventOf(record, receipt));
    return receiptOf(record.id, receipt);
  }

  async #requeue(ids: readonly string[]): Promise<readonly string[]> {
    const { storage, clock, hub } = this.context;
    const changed = await storage.requeue(ids, clock.now());
    for (const id of changed) {
      const stored = hub.isHeard ? await storage.get(id) : undefined;
      if (stored !== undefined) hub.emit({ type: 'requeued', ...subjectOf(stored) });
    }
    this.#wake();
    return changed;
  }

  async #available(id: string): Promise<StoredOperation> {
    const stored = await this.context.storage.get(id);
    if (stored === undefined || stored.state === 'leased') throw notAvailable(id);
    return stored;
  }

  async #replace(stored: StoredOperation, operation: NewOperation): Promise<string> {
    const { storage, hub } = this.context;
    if (!(await storage.replace(stored.id, operation))) throw notAvailable(stored.id);
    hub.emit({ type: 'replaced', replacedBy: operation.id, ...subjectOf(stored) });
    this.#wake();
    return operation.id;
  }

  #onNotice(notice: StorageNotice): void {
    const { hub } = this.context;
    switch (notice.kind) {
      case 'quarantined':
        hub.emit({ type: 'quarantined', record: notice.record });
        break;
      case 'lost':
        hub.emit({ type: 'failed', failure: notice.failure });
        break;
      case 'changed':
        this.#wake();
        this.#refresh();
        break;
    }
  }

  #refresh(): void {
    for (const refresh of this.context.refreshers) refresh();
  }

  #wake(): void {
    for (const wake of this.context.wakers) wake();
  }
}
