import type { NetworkMonitor } from '@cpc/network';
import {
  ExponentialBackoff,
  isSyncError,
  SyncError,
  systemClock,
  systemRandom,
  toFailure,
  type BackoffStrategy,
  type Clock,
  type RandomSource,
  type SyncFailure,
} from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { checkFunction, checkParts } from '../delivery/check-parts.js';
import { DefectTeller } from '../delivery/defect.js';
import { guardedCall } from '../delivery/guarded-call.js';
import { guardedHints, type NetworkHints } from '../delivery/guarded-hints.js';
import { isWorthTrying } from '../composite/while-online.js';
import { catchUp, type CatchUpParts } from './catch-up.js';
import { Wake, type WakeReason } from './wake.js';

export interface PullerCollaborators extends CatchUpParts {
  /** Says when the network is back, and is told what requests meet. */
  readonly monitor: NetworkMonitor;
}

export interface PullerOptions {
  /** How long nothing is pulled while there are no hints, in milliseconds. @defaultValue 300_000 */
  readonly pollMs?: number;
  /** Waits after failures. @defaultValue `ExponentialBackoff`, from one second to five minutes */
  readonly backoff?: BackoffStrategy;
  /**
   * After the network came back, every device waits a random moment of up to this, in milliseconds, so that not
   * all come at once.
   *
   * @defaultValue 1_000
   */
  readonly reconnectJitterMs?: number;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
  /** @defaultValue `systemRandom` */
  readonly random?: RandomSource;
}

export interface PullStatus {
  /** `waiting`: the last pull failed, and it goes again by itself. */
  readonly state: 'stopped' | 'idle' | 'pulling' | 'waiting';
  /** How many pulls came through since this puller was made. */
  readonly pulls: number;
  /** When the copy was last all that the server had, in milliseconds since the epoch. */
  readonly pulledAt?: number;
  /** Why the last pull failed. */
  readonly failure?: SyncFailure;
}

/**
 * Keeps an offline copy fresh: pulls at start, after each hint of the server, when the network is back, and now
 * and then. Failures are told by `status` and are followed by waits that grow.
 *
 * ```
 * stopped ──start──▶ pulling ──all──▶ idle ──hint, network, time──▶ pulling
 *                       └──failed──▶ waiting ──network, time──▶ pulling
 * ```
 */
export class Puller {
  readonly #parts: CatchUpParts & { readonly monitor: NetworkHints };
  readonly #pollMs: number;
  readonly #backoff: BackoffStrategy;
  readonly #reconnectJitterMs: number;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #teller = new DefectTeller();
  readonly #observers = new Set<(status: PullStatus) => void>();
  #status: PullStatus = { state: 'stopped', pulls: 0 };
  #started: Started | undefined;
  #current: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  /** Whether the feed was there when it was last heard of. */
  #isFeedThere = false;

  /** @throws TypeError or RangeError where a collaborator or an option is not what it should be */
  constructor(collaborators: PullerCollaborators, options: PullerOptions = {}) {
    const { source, target, monitor } = collaborators;
    checkParts('source', source, ['pull']);
    checkParts('target', target, ['checkpoint', 'apply']);
    checkParts('monitor', monitor, ['register', 'report']);
    this.#parts = { source, target, monitor: guardedHints(monitor) };
    this.#pollMs = atLeastOne('pollMs', options.pollMs ?? 300_000);
    this.#backoff = options.backoff ?? new ExponentialBackoff();
    this.#reconnectJitterMs = atLeastOne('reconnectJitterMs', options.reconnectJitterMs ?? 1_000);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  get status(): PullStatus {
    return this.#status;
  }

  /** Calls `observer` with the status now and at every change. Returns the way to stop it. */
  register(observer: (status: PullStatus) => void): () => void {
    checkFunction('register', observer);
    this.#observers.add(observer);
    this.#call(observer, this.#status);
    return () => void this.#observers.delete(observer);
  }

  /** Begins to pull by itself. Idempotent; resolves at once. */
  start(): Promise<void> {
    this.#started ??= this.#begin();
    return Promise.resolve();
  }

  /** Ends what is under way. Leaves no timer, listener or request behind. Idempotent. */
  async stop(): Promise<void> {
    const started = this.#started;
    if (started === undefined) return;
    this.#started = undefined;
    started.controller.abort(new SyncError('STOPPED', 'The puller was stopped; start it to pull again.'));
    await started.ended;
    this.#tell({ ...this.#status, state: 'stopped' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * Pulls all that the server has at this moment, also where the puller is not started. Calls at the same time
   * share a pull that begins after them. Rejects with why it failed.
   */
  pull(): Promise<void> {
    if (this.#following !== undefined) return this.#following;
    if (this.#current === undefined) return this.#run();
    // What is being read now may have been read too early.
    const started = this.#started;
    this.#following = this.#current.then(ignore, ignore).then(() => {
      this.#following = undefined;
      // Or a request would outlive the stop, with nothing to end it.
      started?.controller.signal.throwIfAborted();
      return this.#run();
    });
    return this.#following;
  }

  #run(): Promise<void> {
    const running = this.#pullOnce().finally(() => {
      if (this.#current === running) this.#current = undefined;
    });
    this.#current = running;
    return running;
  }

  async #pullOnce(): Promise<void> {
    const { monitor, source, target } = this.#parts;
    const signal = this.#started?.controller.signal ?? new AbortController().signal;
    this.#tell({ ...this.#status, state: 'pulling' });
    try {
      await catchUp({ source, target }, { signal });
      this.#isFeedThere = true;
      monitor.report({ kind: 'answered', source: 'pull' });
      const pulls = this.#status.pulls + 1;
      this.#tell({ state: this.#restingState('idle'), pulls, pulledAt: this.#clock.now() });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#reportFailure(error);
      const failure = toFailure(error, 'STORAGE_FAILED');
      this.#tell({ ...this.#status, state: this.#restingState('waiting'), failure });
      throw error;
    }
  }

  #restingState(state: 'idle' | 'waiting'): PullStatus['state'] {
    return this.#started === undefined ? 'stopped' : state;
  }

  #reportFailure(error: unknown): void {
    if (!isSyncError(error)) return;
    const { monitor } = this.#parts;
    const detail = error.message;
    // Where a feed never answered, or still does not, its address may be wrong; and a monitor that were told so
    // again and again would hold up sends that are answered.
    if (error.code === 'NETWORK_CAPTIVE' && this.#isFeedThere) {
      this.#isFeedThere = false;
      monitor.report({ kind: 'captive', source: 'pull', detail });
    }
    if (error.code === 'NETWORK_UNREACHABLE' || error.code === 'ATTEMPT_TIMEOUT') {
      monitor.report({ kind: 'unreachable', source: 'pull', detail });
    }
  }

  #begin(): Started {
    const controller = new AbortController();
    const { signal } = controller;
    const wakes = { pull: new Wake(this.#clock, signal), listen: new Wake(this.#clock, signal) };
    let before = this.#parts.monitor.status.state;
    const unregister = this.#parts.monitor.register(({ state }) => {
      const isBack = isWorthTrying(state) && !isWorthTrying(before);
      before = state;
      if (!isBack) return;
      wakes.pull.call('network');
      wakes.listen.call('network');
    });
    // Behind this call, so that what is started knows that it is.
    const begun = Promise.resolve();
    const loops = [
      begun.then(() => this.#pullLoop(wakes.pull, signal)),
      begun.then(() => this.#listenLoop(wakes, signal)),
    ];
    return { controller, ended: Promise.all(loops).then(unregister) };
  }

  async #pullLoop(wake: Wake, signal: AbortSignal): Promise<void> {
    let failures = 0;
    let delayMs = this.#pollMs;
    let reason: WakeReason | 'time' | 'stopped' = 'hint';
    while (!signal.aborted) {
      // Where the monitor says that there is no network, but for a rare try, since monitors err.
      if (reason === 'time' || isWorthTrying(this.#parts.monitor.status.state)) {
        const error = await this.pull().then(() => undefined, asFailure);
        failures = error === undefined ? 0 : failures + 1;
        delayMs = error === undefined ? this.#pollMs : this.#delayAfter(error, failures, delayMs);
      }
      // Hints do not end a wait after a failure, or they would make it a hot loop.
      reason = await wake.after(delayMs, failures > 0 ? ['network'] : ['network', 'hint']);
      if (reason === 'network') await wake.after(this.#random.next() * this.#reconnectJitterMs, []);
    }
  }

  #delayAfter({ error }: Failed, failures: number, previousMs: number): number {
    const asked = isSyncError(error) ? error.details['retryAfterMs'] : undefined;
    const backoffMs = this.#backoff.delayMs(failures, failures === 1 ? 0 : previousMs, this.#random);
    return Math.min(this.#pollMs, Math.max(backoffMs, typeof asked === 'number' ? asked : 0));
  }

  async #listenLoop({ pull, listen }: Wakes, signal: AbortSignal): Promise<void> {
    const { source, monitor } = this.#parts;
    let failures = 0;
    let delayMs = 0;
    while (source.listen !== undefined && !signal.aborted) {
      if (isWorthTrying(monitor.status.state)) {
        const hint = (): void => {
          failures = 0;
          pull.call('hint');
        };
        try {
          await source.listen(hint, { signal });
        } catch {
          // Why it ended does not matter: pulling meets the same, and tells.
        }
        failures += 1;
        delayMs = this.#backoff.delayMs(failures, failures === 1 ? 0 : delayMs, this.#random);
      } else {
        delayMs = this.#pollMs;
      }
      await listen.after(delayMs, ['network']);
    }
  }

  #tell(status: PullStatus): void {
    this.#status = status;
    for (const observer of [...this.#observers]) this.#call(observer, status);
  }

  /** An observer that throws disturbs no pull. */
  #call(observer: (status: PullStatus) => void, status: PullStatus): void {
    guardedCall(
      () => observer(status),
      (cause) =>
        this.#teller.tell(
          new SyncError('LISTENER_FAILED', 'An observer of the puller failed by itself.', { cause }),
        ),
    );
  }
}

interface Wakes {
  readonly pull: Wake;
  readonly listen: Wake;
}

interface Started {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

interface Failed {
  readonly error: unknown;
}

const asFailure = (error: unknown): Failed => ({ error });

const ignore = (): void => undefined;
