import type { NetworkMonitor } from '@cpc/network';
import type { Observable } from 'rxjs';
import { TimestampConflictResolver } from '../conflict/resolvers.js';
import { ExponentialBackoff } from '../backoff/backoff.js';
import { SyncError } from '../errors/sync-error.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { ConflictResolver } from '../ports/conflict-resolver.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { Claim } from '../ports/queue-storage.js';
import type { Transport } from '../ports/transport.js';
import type { QueueContext } from '../queue/queue-context.js';
import type { SyncQueue } from '../queue/sync-queue.js';
import { Delivery } from './delivery.js';
import type { DrainOptions } from './drain-options.js';
import { Gate } from './gate.js';
import { type ProcessingSummary, SummaryCollector } from './processing-summary.js';
import { releaseParked } from './release-parked.js';
import { sleep } from './sleep.js';
import { SteadyTime } from './steady-time.js';
import { type SyncWorkerOptions, type WorkerSettings, workerSettings } from './worker-options.js';

export interface SyncWorkerCollaborators {
  readonly queue: SyncQueue;
  readonly transport: Transport;
  /** Started by its owner. @defaultValue none: the transport's answers alone tell whether there is a network */
  readonly monitor?: NetworkMonitor;
  /** For kinds whose definition names none. @defaultValue {@link TimestampConflictResolver} */
  readonly resolver?: ConflictResolver;
  /** The wait after an answer that asked for another attempt. @defaultValue {@link ExponentialBackoff} */
  readonly backoff?: BackoffStrategy;
  readonly credentials?: CredentialProvider;
}

/** One run of the loop, from `start` to `stop`. */
interface Run {
  readonly controller: AbortController;
  readonly sends: Set<Promise<void>>;
  readonly loop: Promise<void>;
  /** Set by a wake-up that came while the loop was not asleep, so that none is lost. */
  isWoken: boolean;
  /** Whether the storage's times and parked operations are in order. */
  isMended: boolean;
  wake: (() => void) | undefined;
}

interface Drain {
  readonly summary: SummaryCollector;
  /** Called when nothing can go for `waitMs`. */
  readonly onIdle: (waitMs: number) => void;
}

/**
 * Delivers what a queue holds: claims, sends, decides and settles, in one loop.
 *
 * ## States
 *
 * - `stopped`: no loop, no timer, no listener. `start` → `running`.
 * - `running`: the loop claims whenever a send is free and the {@link Gate} is open, and sleeps otherwise, until
 *   something was enqueued, a send ended, the network changed, an operation falls due, or the poll interval is
 *   over. `pause` → `paused`; `stop` → `stopping`.
 * - `paused`: as running, but the gate is shut. `resume` → `running`.
 * - `stopping`: sends are aborted and their leases released, for `stopTimeoutMs` at the most → `stopped`.
 *
 * A worker that is killed instead leaves leases behind, which lapse.
 */
export class SyncWorker implements AsyncDisposable {
  /** A summary of each batch, once it is settled. */
  readonly rounds$: Observable<ProcessingSummary>;
  readonly #context: QueueContext;
  readonly #queue: SyncQueue;
  readonly #settings: WorkerSettings;
  readonly #transport: Transport;
  readonly #gate: Gate;
  readonly #delivery: Delivery;
  readonly #time: SteadyTime;
  readonly #roundListeners = new Set<(summary: ProcessingSummary) => void>();
  readonly #drains = new Set<Drain>();
  /** Aborts the sends of each principal. */
  readonly #principals = new Map<string | undefined, AbortController>();
  #run: Run | undefined;
  /** The latest stop, so that whoever stops a second time waits for the same. */
  #stopping: Promise<void> = Promise.resolve();
  #claimFailures = 0;
  #isStalled = false;
  /** In monotonic milliseconds; a look costs the storage something, so there is one per poll interval. */
  #lookedForStallAt = -Infinity;

  constructor(collaborators: SyncWorkerCollaborators, options: SyncWorkerOptions = {}) {
    const {
      queue,
      transport,
      monitor,
      resolver,
      backoff = new ExponentialBackoff(),
      credentials,
    } = collaborators;
    const settings = workerSettings(options);
    const { context } = queue;
    this.#queue = queue;
    this.#context = context;
    this.#settings = settings;
    this.#transport = transport;
    this.#time = new SteadyTime(context.clock);
    this.#gate = new Gate({ context, settings, monitor, credentials, wake: () => this.#wake() });
    this.#delivery = new Delivery({
      context,
      transport,
      settings,
      resolver: resolver ?? new TimestampConflictResolver({ clock: context.clock }),
      policy: {
        ...settings,
        backoff,
        // Until the circuit is half open, and then some: what met no answer lets others be the probe, so that an
        // operation that the server never answers cannot be it for ever.
        unreachableBackoff: {
          delayMs: (...args) => Math.max(settings.outageBackoff.delayMs(...args), this.#gate.closedForMs + 1),
        },
        random: context.random,
        newId: context.newId,
      },
      onSending: () => this.#gate.sending(),
      onOutcomes: (operations, outcomes, sentAt) =>
        this.#gate.met(operations, outcomes, sentAt, this.#run?.controller.signal ?? AbortSignal.abort()),
      isExpired: ({ expiresAt }) => expiresAt !== undefined && this.#time.isPast(expiresAt),
    });
    this.rounds$ = context.hub.stream((next) => {
      this.#roundListeners.add(next);
      return () => void this.#roundListeners.delete(next);
    });
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Whether `pause` was called, and no `resume` since. */
  get isPaused(): boolean {
    return this.#gate.isPaused;
  }

  /** Begins to deliver. The queue must be open. Starting twice is one loop; may be called again after `stop`. */
  start(): Promise<void> {
    if (this.#run === undefined) {
      const run: Run = {
        controller: new AbortController(),
        sends: new Set(),
        isWoken: false,
        isMended: false,
        wake: undefined,
        // The loop begins in the next microtask, when the run is in place.
        loop: Promise.resolve().then(() => this.#loop(run)),
      };
      this.#run = run;
      this.#context.wakers.add(this.#onWake);
      this.#context.gates.add(this.#gate.explain);
      this.#gate.start();
    }
    return Promise.resolve();
  }

  /** Aborts what is being sent, releases its leases and leaves no timer. Returns after `stopTimeoutMs` at the latest. */
  stop(): Promise<void> {
    if (this.#run !== undefined) this.#stopping = this.#stop(this.#run);
    return this.#stopping;
  }

  async #stop(run: Run): Promise<void> {
    this.#run = undefined;
    this.#context.wakers.delete(this.#onWake);
    this.#context.gates.delete(this.#gate.explain);
    this.#gate.stop();
    run.controller.abort(new SyncError('STOPPED', 'The worker was stopped.'));
    this.#principals.clear();
    run.wake?.();
    const settled = new AbortController();
    const over = Promise.allSettled([run.loop, ...run.sends]).then(() => settled.abort());
    await Promise.race([over, sleep(this.#context.clock, this.#settings.stopTimeoutMs, settled.signal)]);
    for (const drain of this.#drains) drain.onIdle(Infinity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Sends nothing new until `resume`. What is being sent goes on. */
  pause(): void {
    this.#gate.pause();
  }

  /**
   * Ends a pause; with a principal, lets the operations of somebody who signed in again go.
   */
  resume(...principal: [principal?: string]): void {
    if (principal.length === 0) this.#gate.resume();
    this.#gate.signIn.resume(principal[0]);
  }

  /**
   * Delivers until nothing more can go before the deadline: for a service worker's `sync` event, or a background
   * task of a phone. Starts the worker for that time if it is not running.
   */
  async drain(options: DrainOptions = {}): Promise<ProcessingSummary> {
    const { deadline, signal, waitForDue = deadline !== undefined } = options;
    const { clock } = this.#context;
    const leftMs = (): number => (deadline === undefined ? Infinity : deadline - clock.now());
    const summary = new SummaryCollector();
    const ended = new AbortController();
    const end = (): void => ended.abort();
    const drain: Drain = {
      summary,
      onIdle: (waitMs) => (waitForDue && waitMs < leftMs() ? undefined : end()),
    };
    const wasRunning = this.isRunning;
    this.#drains.add(drain);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    try {
      if (!ended.signal.aborted) {
        await this.start();
        this.#wake();
        await sleep(clock, leftMs(), ended.signal);
      }
      if (!wasRunning) await this.stop();
    } finally {
      this.#drains.delete(drain);
      signal?.removeEventListener('abort', end);
    }
    return summary;
  }

  readonly #onWake = (): void => {
    for (const [principal, controller] of this.#principals) {
      if (principal === undefined || principal === this.#queue.principal) continue;
      controller.abort(new SyncError('STOPPED', 'Another principal is signed in now.'));
      this.#principals.delete(principal);
    }
    this.#wake();
  };

  #wake(): void {
    const run = this.#run;
    if (run === undefined) return;
    run.isWoken = true;
    run.wake?.();
  }

  async #loop(run: Run): Promise<void> {
    const { signal } = run.controller;
    while (!signal.aborted) {
      run.isWoken = false;
      const waitMs = await this.#round(run);
      if (waitMs === 0) continue;
      // Woken meanwhile: what this round found may be out of date, so it cannot end a drain.
      const isIdle = run.sends.size === 0 && !this.#gate.signIn.isRefreshing && !run.isWoken;
      if (isIdle) for (const drain of this.#drains) drain.onIdle(waitMs);
      await this.#idle(run, Math.min(waitMs, this.#settings.pollMs));
      await this.#watchForStall();
    }
  }

  /**
   * Mends waits that a clock made too long, and lets go what only a newer app could send. Again after each jump
   * back of the clock, and until it succeeds: what is not mended waits for as long as the clock was wrong.
   */
  async #mend(run: Run): Promise<void> {
    const { storage, clock, hub } = this.#context;
    if (this.#time.wentBack()) run.isMended = false;
    if (run.isMended) return;
    try {
      await storage.clampTimes(clock.now());
      await releaseParked(this.#context);
      run.isMended = true;
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
    }
  }

  /** Claims and sends as much as may go. @returns how long nothing more can go by itself; 0 for not at all */
  async #round(run: Run): Promise<number> {
    const { storage, clock, hub } = this.#context;
    await this.#mend(run);
    const slots = this.#gate.slots() - run.sends.size;
    if (slots <= 0) return this.#gate.waitMs();
    try {
      const sent = await this.#claim(run, slots);
      this.#claimFailures = 0;
      if (sent) return 0;
      const principals = this.#gate.principals(this.#queue.principal);
      const dueAt = await storage.nextDue({ now: clock.now(), principals });
      return dueAt === undefined ? Infinity : Math.max(MIN_WAIT_MS, dueAt - clock.now());
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
      return Math.max(
        MIN_WAIT_MS,
        this.#settings.outageBackoff.delayMs(++this.#claimFailures, 0, this.#context.random),
      );
    }
  }

  async #claim(run: Run, slots: number): Promise<boolean> {
    const { storage, clock } = this.#context;
    const { leaseMs } = this.#settings;
    const batchSize = Math.min(this.#settings.batchSize, this.#transport.maxBatchSize ?? 1);
    const perEntity = this.#transport.keepsOrder === true ? batchSize : 1;
    // Operations of one entity must not be split over two sends, so such a claim is one batch.
    const limit = perEntity > 1 ? batchSize : batchSize * slots;
    const claimedAt = clock.monotonicMs();
    const principals = this.#gate.principals(this.#queue.principal);
    const claim = await storage.claim({ now: clock.now(), limit, leaseMs, perEntity, principals });
    const [mine, others] = ofOnePrincipal(claim.operations);
    for (let at = 0; at < mine.length; at += batchSize) {
      this.#send(run, claim, mine.slice(at, at + batchSize), claimedAt);
    }
    if (others.length > 0) {
      await storage.settle(
        claim.token,
        others.map(({ id }) => ({ id, kind: 'release', sent: false })),
      );
    }
    return claim.operations.length > 0;
  }

  #send(run: Run, claim: Claim, operations: readonly StoredOperation[], claimedAt: number): void {
    const principal = operations[0]?.principal;
    const signal = this.#signalOf(run, principal);
    const send = this.#delivery
      .deliver({ claim, operations, claimedAt, signal })
      .then((summary) => this.#tell(summary))
      .catch((error: unknown) => this.#context.hub.fail(error, 'TRANSPORT_FAILED'))
      .finally(() => {
        run.sends.delete(send);
        this.#wake();
      });
    run.sends.add(send);
  }

  /** Aborts when the worker stops, or when the principal signs out. */
  #signalOf(run: Run, principal: string | undefined): AbortSignal {
    if (principal === undefined) return run.controller.signal;
    // Signed out between the claim and this line.
    if (principal !== this.#queue.principal)
      return AbortSignal.abort(new SyncError('STOPPED', 'Signed out.'));
    let controller = this.#principals.get(principal);
    if (controller === undefined) {
      controller = new AbortController();
      this.#principals.set(principal, controller);
    }
    return AbortSignal.any([run.controller.signal, controller.signal]);
  }

  #tell(summary: ProcessingSummary): void {
    for (const drain of this.#drains) drain.summary.addAll(summary);
    for (const listener of this.#roundListeners) listener(summary);
  }

  async #idle(run: Run, waitMs: number): Promise<void> {
    if (run.isWoken || run.controller.signal.aborted) return;
    const { clock } = this.#context;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, waitMs);
      run.wake = () => {
        clock.clearTimer(timer);
        resolve();
      };
    });
    run.wake = undefined;
  }

  async #watchForStall(): Promise<void> {
    const { storage, clock, hub } = this.#context;
    const lookedMs = clock.monotonicMs() - this.#lookedForStallAt;
    if (this.#gate.slots() === 0 || !hub.isHeard || lookedMs < this.#settings.pollMs) return;
    this.#lookedForStallAt = clock.monotonicMs();
    try {
      const { oldestCreatedAt } = await storage.stats();
      const oldestAgeMs = oldestCreatedAt === undefined ? 0 : clock.now() - oldestCreatedAt;
      const isStalled = oldestAgeMs > this.#settings.stallAfterMs;
      if (isStalled && !this.#isStalled) hub.emit({ type: 'stalled', oldestAgeMs });
      this.#isStalled = isStalled;
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
    }
  }
}

/** A wait that is over before it began is not worth a timer, and must not become a hot loop. */
const MIN_WAIT_MS = 10;

/**
 * Operations that may go out together, and the rest of a claim, which goes back. A send carries one principal's
 * operations; a second send beside it might be one too many, or overtake the first within an entity.
 */
function ofOnePrincipal(
  operations: readonly StoredOperation[],
): readonly [readonly StoredOperation[], readonly StoredOperation[]] {
  const principal = operations[0]?.principal;
  if (operations.every((operation) => operation.principal === principal)) return [operations, []];
  const mine: StoredOperation[] = [];
  const others: StoredOperation[] = [];
  const held = new Set<string>();
  for (const operation of operations) {
    const { entity } = operation;
    const isMine = operation.principal === principal && !(entity !== undefined && held.has(entity));
    (isMine ? mine : others).push(operation);
    if (!isMine && entity !== undefined) held.add(entity);
  }
  return [mine, others];
}
