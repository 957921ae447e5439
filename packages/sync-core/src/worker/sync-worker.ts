import type { NetworkMonitor } from '@cpc/network';
import type { Observable } from 'rxjs';
import { ExponentialBackoff } from '../backoff/backoff.js';
import { TimestampConflictResolver } from '../conflict/resolvers.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { uuidV7Source } from '../operation/uuid-v7.js';
import { decide, type DeliveryRules } from '../outcome/decide.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { ConflictResolver } from '../ports/conflict-resolver.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { Transport } from '../ports/transport.js';
import { whileSignedOut } from '../queue/explain.js';
import type { Reason } from '../queue/explanation.js';
import type { QueueContext, RunningWorker } from '../queue/queue-context.js';
import type { SyncQueue } from '../queue/sync-queue.js';
import { Delivery } from './delivery.js';
import { dependable } from './dependable.js';
import { DeliveryLoop } from './delivery-loop.js';
import { Drain } from './drain.js';
import type { DrainOptions } from './drain-options.js';
import { Gate } from './gate.js';
import { Identity } from './identity.js';
import type { ProcessingSummary } from './processing-summary.js';
import { StallWatch } from './stall-watch.js';
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
  /** What decides about outcomes: for a recorder that listens in, see `@cpc/sync-core/trace`. @defaultValue {@link decide} */
  readonly rules?: DeliveryRules;
}

/**
 * Delivers what a queue holds: claims, sends, decides and settles, in one loop.
 *
 * ## States
 *
 * - `stopped`: no loop, no timer, no listener. `start` → `running`.
 * - `running`: the loop claims whenever a send is free and the gate is open, and sleeps otherwise, until
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
  readonly #gate: Gate;
  readonly #identity: Identity;
  readonly #settings: WorkerSettings;
  readonly #newLoop: () => DeliveryLoop;
  /** Those that are under way. They may overlap: none ends the worker under another one. */
  readonly #drains = new Set<Drain>();
  readonly #roundListeners = new Set<(summary: ProcessingSummary) => void>();
  #loop: DeliveryLoop | undefined;
  /** Started by the app, and not for the time of a drain alone. */
  #isStarted = false;
  /** The latest stop, so that whoever stops a second time waits for the same. */
  #stopping: Promise<void> = Promise.resolve();

  constructor(collaborators: SyncWorkerCollaborators, options: SyncWorkerOptions = {}) {
    const { queue, monitor, credentials, resolver } = collaborators;
    const { context } = queue;
    const { clock, random, serverTime } = context;
    const backoff = dependable(collaborators.backoff ?? new ExponentialBackoff(), context.hub);
    const asked = workerSettings(options);
    const settings = { ...asked, outageBackoff: dependable(asked.outageBackoff, context.hub) };
    const gate = new Gate({ context, settings, monitor, credentials, wake: () => this.#loop?.wake() });
    const identity = new Identity({
      transport: collaborators.transport,
      clock,
      timeoutMs: settings.attemptTimeoutMs,
    });
    // Whether a key is too old is judged by the server's clock.
    const newId = uuidV7Source(serverTime, random);
    const parts = {
      rules: decide,
      ...collaborators,
      context,
      settings,
      gate,
      identity,
      time: new SteadyTime(clock),
      stallWatch: new StallWatch(context, settings),
      resolver: resolver ?? new TimestampConflictResolver({ clock }),
      policy: { ...settings, backoff, unreachableBackoff: outlasting(gate, settings), random, newId },
      refreshSignal: () => this.#loop?.signal ?? AbortSignal.abort(),
      onIdle: (waitMs: number) => this.#idle(waitMs),
      onSettled: (summary: ProcessingSummary) => {
        for (const drain of this.#drains) drain.summary.addAll(summary);
        for (const listener of [...this.#roundListeners]) listener(summary);
      },
    };
    const delivery = new Delivery(parts);
    this.#context = context;
    this.#gate = gate;
    this.#identity = identity;
    this.#settings = settings;
    this.#newLoop = () => new DeliveryLoop({ ...parts, delivery });
    this.rounds$ = context.hub.stream((next) => {
      this.#roundListeners.add(next);
      return () => void this.#roundListeners.delete(next);
    });
  }

  get isRunning(): boolean {
    return this.#loop !== undefined;
  }

  /** Whether `pause` was called, and no `resume` since. */
  get isPaused(): boolean {
    return this.#gate.isPaused;
  }

  /** Begins to deliver. The queue must be open. Starting twice is one loop; may be called again after `stop`. */
  start(): Promise<void> {
    this.#isStarted = true;
    this.#begin();
    return Promise.resolve();
  }

  #begin(): void {
    if (this.#loop !== undefined) return;
    this.#loop = this.#newLoop();
    this.#context.workers.add(this.#running);
    this.#identity.forget();
    this.#gate.start();
  }

  /** Aborts what is being sent, releases its leases and leaves no timer. Returns after `stopTimeoutMs` at the latest. */
  stop(): Promise<void> {
    this.#isStarted = false;
    if (this.#loop !== undefined) this.#stopping = this.#stop(this.#loop);
    return this.#stopping;
  }

  async #stop(loop: DeliveryLoop): Promise<void> {
    this.#loop = undefined;
    this.#context.workers.delete(this.#running);
    this.#gate.stop();
    await loop.stop();
    // A drain that began meanwhile has begun a loop anew, for all that are left.
    if (!this.isRunning) this.#idle(Infinity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Sends nothing new until `resume`; what a claim brings that is under way goes back unsent. What is being sent
   * goes on.
   */
  pause(): void {
    this.#gate.pause();
  }

  /**
   * Ends a pause; with a principal, lets the operations of somebody who signed in again go. `signIn` of the queue
   * does the latter as well.
   */
  resume(...principal: [principal?: string]): void {
    if (principal.length === 0) this.#gate.resume();
    else this.#identity.forget();
    this.#gate.signIn.resume(principal[0]);
  }

  /**
   * Delivers until nothing more can go before the deadline: for a service worker's `sync` event, or a background
   * task of a phone.
   *
   * Starts the worker for that time if it is not running. Then, at the deadline or the abort, what is being sent is
   * aborted and its leases are released, which takes `stopTimeoutMs` at the most: leave that much room before the
   * platform's own limit. Where the worker was running already, or another drain goes on, its sends go on as well, and
   * the summary holds what was settled until then.
   */
  async drain(options: DrainOptions = {}): Promise<ProcessingSummary> {
    const drain = new Drain(this.#context.clock, options);
    this.#drains.add(drain);
    try {
      if (!drain.isOver) {
        this.#begin();
        this.#gate.probeNow();
        this.#loop?.wake();
        await drain.wait();
      }
      if (this.#drains.size === 1 && !this.#isStarted) await this.stop();
    } finally {
      this.#drains.delete(drain);
    }
    return drain.summary;
  }

  /** What the queue knows of this worker while it runs. */
  readonly #running: RunningWorker = {
    wake: () => this.#loop?.wake(),
    signedIn: (principal) => {
      this.#identity.forget();
      this.#loop?.signedIn(principal);
      this.#gate.signIn.signedIn(principal);
    },
    explain: (operation) => this.#explain(operation),
  };

  #explain(operation: StoredOperation): Reason | undefined {
    const { session, registry } = this.#context;
    const whose = this.#settings.principals ?? [session.principal];
    if (!whose.includes(operation.principal)) return whileSignedOut(operation);
    const message = registry.whyUnsendable(operation);
    return message === undefined ? this.#gate.explain(operation) : { waitsFor: 'newerApp', message };
  }

  /** Nothing can go for `waitMs`. */
  #idle(waitMs: number): void {
    for (const drain of this.#drains) drain.idle(waitMs);
  }
}

/**
 * How long an operation waits that met no answer: until the circuit is half open, and then some. It lets others be the
 * probe, so that an operation that the server never answers cannot be it for ever.
 */
function outlasting(gate: Gate, { outageBackoff }: WorkerSettings): BackoffStrategy {
  return { delayMs: (...args) => Math.max(outageBackoff.delayMs(...args), gate.closedForMs + 1) };
}
