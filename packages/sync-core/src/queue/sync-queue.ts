import { LIMITS } from '@cpc/protocol';
import type { Observable } from 'rxjs';
import { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import { ServerTime } from '../conflict/server-time.js';
import { systemClock } from '../clock/system-clock.js';
import { systemRandom } from '../clock/system-random.js';
import { checkInteger, checkText } from '../operation/check.js';
import type { AnyOperationDefinition, OperationDefinition } from '../operation/define-operation.js';
import { type QueuedOperation, toOperation } from '../operation/to-operation.js';
import { uuidV7Source } from '../operation/uuid-v7.js';
import type { Clock } from '../ports/clock.js';
import type { Resolution } from '../ports/conflict-resolver.js';
import type { Logger } from '../ports/logger.js';
import type { OutcomeQuery } from '../ports/outcome-record.js';
import type { Page, QueueStorage, StorageNotice } from '../ports/queue-storage.js';
import type { RandomSource } from '../ports/random-source.js';
import type { Subscription } from '../ports/subscribable.js';
import { pendingStream, readPending } from '../view/pending.js';
import { EventHub } from './event-hub.js';
import { changeStream } from './change-stream.js';
import { explain } from './explain.js';
import type { Explanation } from './explanation.js';
import { type EnqueueItem, Intake } from './intake.js';
import { OperationFactory } from './operation-factory.js';
import type { EnqueueOptions } from './enqueue-options.js';
import { OperationRegistry, type UnknownKinds } from './operation-registry.js';
import { type QueueContext, wake } from './queue-context.js';
import { listOutcomes, type OutcomeList } from './outcome-list.js';
import { OutcomeFeed } from './outcome-feed.js';
import { type RankStrategy, strictRank } from './rank.js';
import { type QueueStats, StatsSource } from './queue-stats.js';
import type { EnqueueReceipt } from './receipt.js';
import {
  discard,
  type DiscardRules,
  edit,
  type RereadReceipt,
  rereadQuarantined,
  resolve,
  retry,
  retryAll,
} from './repairs.js';
import { Session } from './session.js';
import type { SyncEvent } from './sync-event.js';
import {
  getVisible,
  ownQuery,
  queryFor,
  type QueueQuery,
  readVisible,
  type Visibility,
} from './visibility.js';
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
  /** A payload's JSON may have so many bytes in UTF-8. @defaultValue 1_000_000, as the receiver's */
  readonly maxPayloadBytes?: number;
  /** The queue takes no more operations than this; nothing is dropped to make room. @defaultValue 1_000_000 */
  readonly maxPending?: number;
  /** What goes first. @defaultValue {@link strictRank} */
  readonly rank?: RankStrategy;
  /**
   * What becomes of operations that were made while nobody was signed in, when somebody signs in:
   *
   * - `adopt`: those that were never attempted, and stand behind none in their lane that was, become that person's.
   * - `ask`: all stay nobody's until the app calls `adopt`, or nobody is signed in again.
   *
   * One that was attempted stays nobody's in either case, since the server may have it, and a repeat under a name would
   * be another request with another effect.
   *
   * @defaultValue "adopt"
   */
  readonly unowned?: 'adopt' | 'ask';
  /**
   * How often to look for what other tabs and processes made of operations, while somebody listens and where the storage
   * may be shared, in milliseconds: at first, and after each change. A queue in which nothing happens for a while is
   * looked at less and less often, every 30 s in the end. Storages that give hints are looked at then as well.
   * @defaultValue 1000
   */
  readonly pollMs?: number;
  /** Names this device in the timestamps of its changes. @defaultValue random */
  readonly node?: string;
}

export interface SignInReceipt {
  /** The operations that were nobody's and are the signed-in principal's now. */
  readonly adopted: readonly string[];
}

export interface SignOutOptions {
  /** What becomes of operations that were not delivered yet. @defaultValue "keep" */
  readonly unsent?: 'keep' | 'purge';
}

export interface SignOutReceipt {
  /** How many operations were removed. */
  readonly purged: number;
}

/**
 * The outbox. `enqueue` makes an operation durable; a `SyncWorker`, or `processQueue`, delivers it; the events, the
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
  /** What happens, as it happens; of operations, those of who is signed in, or nobody's while nobody is. */
  readonly events$: Observable<SyncEvent>;
  /** The same with everybody's operations, for inspectors and tools. */
  readonly allEvents$: Observable<SyncEvent>;
  /**
   * A hint that the queue may have changed, whoever changed it: this instance, another tab or another process. It comes
   * at least once after each change, and may come without one.
   */
  readonly changes$: Observable<void>;
  /** The queue's figures, over everybody's operations: at once to each new subscriber, then at most four times a second while they change. */
  readonly stats$: Observable<QueueStats>;
  /** What a worker shares with its queue. */
  readonly context: QueueContext;
  readonly #intake: Intake;
  readonly #stats: StatsSource;
  readonly #session: Session;
  readonly #unowned: 'adopt' | 'ask';
  #notices: Subscription | undefined;

  constructor(collaborators: SyncQueueCollaborators, options: SyncQueueOptions) {
    const { storage, clock = systemClock, random = systemRandom, logger } = collaborators;
    const { maxPayloadBytes = LIMITS.maxPayloadBytes, maxPending = 1_000_000, rank = strictRank } = options;
    const { pollMs = 1000 } = options;
    checkInteger('pollMs', pollMs, 10);
    checkInteger('maxPayloadBytes', maxPayloadBytes, 2);
    checkInteger('maxPending', maxPending, 1);
    const registry = new OperationRegistry(options.operations, options.unknownKinds);
    const newId = uuidV7Source(clock, random);
    const hub = new EventHub(logger);
    const node = options.node ?? newId().slice(-12);
    const timestamps = new HybridLogicalClock(clock, { node });
    const factory = new OperationFactory({ registry, clock, timestamps, newId, rank, maxPayloadBytes });
    this.#unowned = options.unowned ?? 'adopt';
    this.#session = new Session({ storage, hub, onSignIn: (principal) => this.#onSignIn(principal) });
    this.context = {
      storage,
      session: this.#session,
      clock,
      random,
      logger,
      hub,
      outcomes: new OutcomeFeed({ storage, hub, clock, pollMs }),
      registry,
      newId,
      timestamps,
      serverTime: new ServerTime(clock, timestamps),
      workers: new Set(),
      steps: new Set(),
      refreshers: new Set(),
      factory,
      turn: (created) => this.#intake.turn(created),
      rules: {
        maxPending,
        supersede: (deadLetter, incoming) => registry.supersedes(deadLetter, incoming),
        coalesce: (tail, incoming, ahead) => {
          try {
            const coalescence = registry.coalesce(tail, incoming, ahead);
            if (coalescence.kind === 'merged') factory.checkSize(coalescence.operation.payload);
            return coalescence;
          } catch (error) {
            hub.fail(error, 'OPERATION_INVALID');
            return { kind: 'none' };
          }
        },
      },
    };
    this.#intake = new Intake(this.context);
    this.#stats = new StatsSource(this.context);
    this.allEvents$ = hub.events$;
    this.events$ = hub.stream((next) =>
      hub.on((event) => (this.#session.sees(event) ? next(event) : undefined)),
    );
    this.changes$ = changeStream(this.context);
    this.stats$ = this.#stats.stats$;
  }

  /** Opens the storage. Idempotent. */
  async open(): Promise<void> {
    const { storage } = this.context;
    // Before it opens, since it may come across damaged records as it does.
    this.#notices ??= storage.notices.subscribe((notice) => this.#onNotice(notice));
    await storage.open();
    await this.#session.open();
    await this.context.outcomes.open();
    this.#refresh();
  }

  /** Closes the storage. Stop the workers first. Idempotent; the queue may be opened again. */
  async close(): Promise<void> {
    this.#notices?.unsubscribe();
    this.#notices = undefined;
    await this.context.outcomes.close();
    this.#session.close();
    await this.context.storage.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Who is signed in: the principal of new operations, and the only one whose operations are sent, shown and changed.
   * It is kept in the storage, for all tabs and processes that share it, and known here once the queue is open; nobody,
   * `undefined`, until somebody signs in.
   */
  get principal(): string | undefined {
    return this.#session.principal;
  }

  /**
   * Signs somebody in, or out with `undefined`, for all who share the storage. Operations of others stay where they are,
   * unsent, until their principal is signed in again; a send of theirs that is under way is aborted, here at once and
   * elsewhere as soon as it is heard. Operations that waited since the server did not know their principal any more go
   * again, so call it after each sign-in, also of the same one.
   *
   * It counts in this object from the call on, for what is enqueued after it as well. Before `open` it is kept, and
   * stored when the queue opens.
   *
   * @returns what was adopted, see `SyncQueueOptions.unowned`; nothing where it is not stored yet
   * @throws SyncError a `STORAGE_…` code. The sign-in counts in this object all the same; nothing is sent until it could
   * be stored, which is tried again by itself
   */
  async signIn(principal: string | undefined): Promise<SignInReceipt> {
    if (principal !== undefined) checkText('principal', principal);
    const adopt = principal !== undefined && this.#unowned === 'adopt';
    const { adopted } = await this.#session.signIn(principal, { adopt });
    return { adopted };
  }

  /**
   * Signs out whoever is signed in: nobody is, and what is enqueued from now on is nobody's.
   *
   * @param unsent - `keep`: that person's operations wait until they sign in again. `purge`: they are removed, in the
   * same durable step, whatever their state; one that is being sent may have its effect all the same
   * @throws SyncError a `STORAGE_…` code, as {@link signIn}; a purge is tried again by itself as well
   */
  async signOut({ unsent = 'keep' }: SignOutOptions = {}): Promise<SignOutReceipt> {
    const purge = unsent === 'purge' ? [this.#session.principal] : [];
    const { purged } = await this.#session.signIn(undefined, { purge });
    return { purged };
  }

  /**
   * Gives nobody's operations to whoever is signed in, attempted or not; one that is being sent is left alone. For an
   * app that asks, see `SyncQueueOptions.unowned`; `list({ principals: [undefined] })` has them.
   *
   * One that was attempted may have had its effect as nobody's. It keeps its id, and goes out again as the
   * principal's: a server that keeps its keys by principal takes that for another request. Whoever calls this for such a
   * one takes the risk of a second effect.
   *
   * @returns the ids that were adopted
   * @throws TypeError where nobody is signed in
   */
  async adopt(ids: readonly string[]): Promise<readonly string[]> {
    const { principal } = this.#session;
    if (principal === undefined)
      throw new TypeError('adopt needs somebody who is signed in. Call signIn() first.');
    const { adopted } = await this.#session.signIn(principal, { adopt: [...ids] });
    return adopted;
  }

  /**
   * Keeps an operation until it is delivered. Once this resolves, the operation is as safe as the storage.
   *
   * The payload is read at once; what the caller does to it afterwards changes nothing. Calls take effect in the order
   * in which they are made, awaited or not. A schema that validates asynchronously therefore holds up the calls after
   * it until it answers.
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
      const done = ([receipt]: readonly EnqueueReceipt[]): void => resolve(receipt as EnqueueReceipt);
      this.#intake.add(operation, payload, options, this.principal, done, reject);
    });
  }

  /** Enqueues several operations in order, all of them or none. Each payload has the type of its own definition. */
  enqueueAll<Inputs extends readonly unknown[]>(
    items: readonly [...{ [At in keyof Inputs]: EnqueueItem<Inputs[At]> }],
  ): Promise<readonly EnqueueReceipt[]> {
    return new Promise((resolve, reject) => this.#intake.addAll(items, this.principal, resolve, reject));
  }

  /** A page of operations in order of sequence: those of who is signed in, unless the query names others. */
  async list(query: QueueQuery = {}): Promise<Page<QueuedOperation>> {
    if (query.limit !== undefined) checkInteger('limit', query.limit, 1);
    const { storage } = this.context;
    // The value at the moment of the call: a storage may look later.
    const asked = ownQuery(query);
    const page = await readVisible(this.context, asked, (whose) => storage.list(queryFor(asked, whose)));
    return { ...page, items: page.items.map(toOperation) };
  }

  /** One operation, where it is in the queue and may be seen. */
  async get(id: string, visibility?: Visibility): Promise<QueuedOperation | undefined> {
    const stored = await getVisible(this.context, id, visibility);
    return stored === undefined ? undefined : toOperation(stored);
  }

  /** The queue's figures, over everybody's operations. */
  stats(): Promise<QueueStats> {
    return this.#stats.read();
  }

  /**
   * The states of one operation, from now to its end; follows it where another takes its place. Of an operation
   * that joined another, pass the receipt's `into`. It pauses while somebody else is signed in; of somebody else's
   * operation it says `unknown`.
   */
  watch(id: string): Observable<OperationStatus> {
    return watchStream(this.context, id);
  }

  /**
   * What became of operations, whoever delivered them and in whichever tab or process, in its order: the latest 10,000 at
   * least are kept with the queue. An app that keeps the `next` of a list reads on from there when it starts again.
   * A `limit` of 0 gives none, and as `next` where they end.
   */
  outcomes(query?: OutcomeQuery & Visibility): Promise<OutcomeList> {
    return listOutcomes(this.context, query);
  }

  /**
   * The operations of an entity that may still change what the server has, of who is signed in, in order: without dead
   * letters and what they hold.
   */
  pending(entity: string): Promise<readonly QueuedOperation[]> {
    const { session, storage } = this.context;
    return session.read((principals) => readPending(storage, entity, principals));
  }

  /**
   * The same as {@link SyncQueue.pending}, again after each change. An operation is no longer among them once it is
   * acknowledged; a value that they are laid over goes back to the old one unless it has the change by then. The views of
   * `@cpc/replica` wait for that.
   */
  pending$(entity: string): Observable<readonly QueuedOperation[]> {
    return pendingStream(this.context, entity);
  }

  /**
   * Why an operation is where it is, in words; `undefined` when it is not in the queue. Of somebody else's it says no
   * more than whose sign-in it waits for, unless the call may see it.
   */
  explain(id: string, visibility: Visibility = {}): Promise<Explanation | undefined> {
    return explain(this.context, id, visibility);
  }

  /**
   * Lets a dead letter or a parked operation go again, and ends the wait of a scheduled one.
   *
   * @throws SyncError `OPERATION_NOT_AVAILABLE`; `PRINCIPAL_MISMATCH` where it is somebody else's
   */
  retry(id: string, visibility: Visibility = {}): Promise<void> {
    return retry(this.context, id, visibility);
  }

  /**
   * Lets all dead letters of who is signed in go again, or those of a kind, an entity or of others.
   *
   * @returns how many
   */
  retryAll(query: Pick<QueueQuery, 'kind' | 'entity' | 'principals'> = {}): Promise<number> {
    return retryAll(this.context, query);
  }

  /**
   * Gives an operation up and lets those behind it go, but for what refers to what it would have made: that is parked
   * with `REFERENCE_ENDED`.
   *
   * @returns what was given up: the operation, and those of the same principal that followed it where they go as well
   * @throws SyncError `OPERATION_NOT_AVAILABLE` where it is gone, or being sent; `PRINCIPAL_MISMATCH` where it is
   * somebody else's
   */
  async discard(id: string, rules?: DiscardRules): Promise<readonly QueuedOperation[]> {
    return (await discard(this.context, id, rules)).map(toOperation);
  }

  /**
   * Gives an operation another payload and lets it go again, in its place. It goes under a new id, since the
   * server may have seen the old one with the old payload. Only its own principal can do that: it goes out in that name.
   *
   * @returns the new id
   * @throws SyncError `OPERATION_NOT_AVAILABLE`, `PRINCIPAL_MISMATCH`, or what `enqueue` says of payloads
   */
  edit(id: string, payload: unknown): Promise<string> {
    return edit(this.context, id, payload);
  }

  /**
   * Decides a conflict that was deferred to a person, who must be signed in.
   *
   * @returns the id under which the operation goes out again; `undefined` for `use-remote`
   * @throws SyncError `OPERATION_NOT_AVAILABLE`, `PRINCIPAL_MISMATCH`
   */
  resolve(id: string, resolution: Exclude<Resolution, { kind: 'defer' }>): Promise<string | undefined> {
    return resolve(this.context, id, resolution);
  }

  /**
   * Reads again what was put aside as damaged, whosever it is, and brings back what can be read now: its payload codec was
   * not the right one then, or memory or disk erred for a moment. Each is as it was and where it was, so that what stands
   * behind it in its entity waits for it again; what was sent meanwhile is not taken back. `restored` events tell of each.
   *
   * @throws SyncError a `STORAGE_…` code; `STORAGE_KEY_WRONG` where the codec has another key than the payloads were
   * written with
   */
  async rereadQuarantined(): Promise<RereadReceipt> {
    const receipt = await rereadQuarantined(this.context);
    if (receipt.restored > 0) wake(this.context);
    return receipt;
  }

  #onNotice(notice: StorageNotice): void {
    const { hub } = this.context;
    switch (notice.kind) {
      case 'quarantined':
        hub.emit({ type: 'quarantined', record: notice.record });
        break;
      case 'lost':
      case 'failed':
        hub.emit({ type: 'failed', failure: notice.failure });
        break;
      case 'signedIn':
        this.#session.told().catch((error: unknown) => hub.fail(error, 'STORAGE_FAILED'));
        break;
      case 'changed':
        wake(this.context);
        void this.context.outcomes.catchUp();
        this.#refresh();
        break;
    }
  }

  #onSignIn(principal: string | undefined): void {
    for (const worker of this.context.workers) worker.signedIn(principal);
    this.#refresh();
  }

  #refresh(): void {
    for (const refresh of this.context.refreshers) refresh();
  }
}
