import { SyncError } from '../errors/sync-error.js';
import type { Transport } from '../ports/transport.js';
import type { QueueContext } from '../queue/queue-context.js';
import { Claims } from './claims.js';
import type { Delivery } from './delivery.js';
import type { Gate } from './gate.js';
import { PrincipalSignals } from './principal-signals.js';
import type { ProcessingSummary } from './processing-summary.js';
import { releaseParked } from './release-parked.js';
import { sleep } from './sleep.js';
import type { StallWatch } from './stall-watch.js';
import type { SteadyTime } from './steady-time.js';
import type { Run } from './turns.js';
import type { WorkerSettings } from './worker-options.js';

export interface DeliveryLoopCollaborators {
  readonly context: QueueContext;
  readonly transport: Transport;
  readonly settings: WorkerSettings;
  readonly gate: Gate;
  readonly delivery: Delivery;
  readonly time: SteadyTime;
  readonly stallWatch: StallWatch;
  /** Nothing can go for `waitMs`. */
  readonly onIdle: (waitMs: number) => void;
  /** A batch is settled. */
  readonly onSettled: (summary: ProcessingSummary) => void;
}

/** A wait that is over before it began is not worth a timer, and must not become a hot loop. */
const MIN_WAIT_MS = 10;

/** So many answers for each send may wait for resolvers before they hold sends up. */
const THINKING_PER_SEND = 8;

/**
 * One run of a worker, from its start to its stop: claims and sends as much as may go, sleeps until something may
 * have changed, and begins again.
 */
export class DeliveryLoop {
  readonly #with: DeliveryLoopCollaborators;
  readonly #claims: Claims;
  readonly #controller = new AbortController();
  readonly #principals = new PrincipalSignals();
  readonly #sends = new Set<Promise<void>>();
  readonly #ended: Promise<void>;
  /** Set by a wake-up that came while the loop was not asleep, so that none is lost. */
  #isWoken = false;
  /** How often the clock had been set back when the storage was last mended; none where it must be again. */
  #mendedAt: number | undefined;
  #claimFailures = 0;
  /** How many of the sends are answered, and wait for a resolver of the app's. */
  #thinking = 0;
  /** How many of the sends carry what was tried before. */
  #triedSends = 0;
  /** Until when one of those rests that was sent in vain, in monotonic milliseconds. */
  #restsUntil = -Infinity;
  #endSleep: (() => void) | undefined;

  /** The loop begins in the next microtask. */
  constructor(collaborators: DeliveryLoopCollaborators) {
    this.#with = collaborators;
    this.#claims = new Claims(collaborators);
    this.#ended = Promise.resolve().then(() => this.#loop());
  }

  /** Aborts when the loop is told to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something may go that could not before. */
  readonly wake = (): void => {
    this.#isWoken = true;
    this.#endSleep?.();
  };

  /** Aborts the sends of everybody else, and wakes up. */
  signedIn(principal: string | undefined): void {
    this.#principals.signedIn(principal);
    this.wake();
  }

  /** Aborts what is being sent. Returns when its leases are released, or after `stopTimeoutMs`. */
  async stop(): Promise<void> {
    const { context, settings } = this.#with;
    this.#controller.abort(new SyncError('STOPPED', 'The worker was stopped.'));
    this.#endSleep?.();
    const settled = new AbortController();
    // First the loop: a claim that is under way may yet begin sends, which give their leases back.
    const over = Promise.allSettled([this.#ended])
      .then(() => Promise.allSettled(this.#sends))
      .then(() => settled.abort());
    await Promise.race([over, sleep(context.clock, settings.stopTimeoutMs, settled.signal)]);
  }

  async #loop(): Promise<void> {
    const { gate, settings, stallWatch, onIdle } = this.#with;
    while (!this.signal.aborted) {
      const waitMs = await this.#round();
      if (waitMs === 0) continue;
      // Woken meanwhile: what this round found may be out of date, so it cannot end a drain.
      const isIdle = this.#sends.size === 0 && !gate.signIn.isRefreshing && !this.#isWoken;
      if (isIdle) onIdle(waitMs);
      await this.#sleep(Math.min(waitMs, settings.pollMs));
      if (gate.slots() > 0) await stallWatch.look(gate.whose());
    }
  }

  /** Claims and sends as much as may go. @returns how long nothing more can go by itself; 0 for not at all */
  async #round(): Promise<number> {
    const { gate, settings, context } = this.#with;
    const { storage, clock, hub, random, registry } = context;
    this.#isWoken = false;
    await this.#mend();
    const slots = gate.slots() - this.#underWay();
    if (slots <= 0) return Math.max(MIN_WAIT_MS, Math.min(gate.waitMs(), gate.signIn.waitMs));
    try {
      this.#callWaiting();
      const isMore = await this.#sendNext(slots);
      this.#claimFailures = 0;
      if (isMore) return 0;
      const knows = registry.sendableKinds;
      const dueAt = await storage.nextDue({
        now: clock.now(),
        principals: gate.whose(),
        ...(knows && { knows }),
      });
      const waitMs = Math.min(gate.signIn.waitMs, dueAt === undefined ? Infinity : dueAt - clock.now());
      return Math.max(MIN_WAIT_MS, waitMs);
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
      return Math.max(MIN_WAIT_MS, settings.outageBackoff.delayMs(++this.#claimFailures, 0, random));
    }
  }

  /**
   * Mends waits that a clock made too long and leases that it made too short, and lets go what only a newer app could
   * send. Again after each jump of the clock, and after each send that was under way then, whose settlement may bring a time of before; and
   * until it succeeds: what is not mended waits for as long as the clock was wrong.
   */
  async #mend(): Promise<void> {
    const { context, time } = this.#with;
    const { storage, clock, hub } = context;
    const setBacks = time.setBacks();
    const aheadMs = time.aheadMs();
    if (this.#mendedAt === setBacks && aheadMs === 0) return;
    // Before it is done, so that a send which ends meanwhile can ask for more.
    this.#mendedAt = setBacks;
    try {
      await storage.clampTimes(clock.now(), aheadMs);
      time.movedBy(aheadMs);
      await releaseParked(context);
    } catch (error) {
      this.#mendedAt = undefined;
      hub.fail(error, 'STORAGE_FAILED');
    }
  }

  /** Sends whose resolvers think take no place, or those that hang would take them all; but they are not without number. */
  #underWay(): number {
    return this.#sends.size - Math.min(this.#thinking, THINKING_PER_SEND * this.#with.settings.concurrency);
  }

  readonly #onThinking = (isThinking: boolean): void => {
    this.#thinking += isThinking ? 1 : -1;
    if (isThinking) this.wake();
  };

  /** Sends what may go now. @returns whether there was anything */
  async #sendNext(slots: number): Promise<boolean> {
    const { gate, context } = this.#with;
    const forTried = Math.max(0, Math.min(slots, gate.retrySlots() - this.#triedSends));
    // Where there is one send alone, one that was tried in vain rests for as long as it took.
    const isResting = gate.slots() === 1 && context.clock.monotonicMs() < this.#restsUntil;
    const runs = await this.#claims.take({ all: slots, forTried }, gate.isProbing || isResting);
    for (const run of runs) this.#send(run);
    return runs.length > 0;
  }

  /** Calls some of those whose wait is longer than its cause, where there is room for them. */
  #callWaiting(): void {
    const { gate } = this.#with;
    const seats = gate.retrySlots() - this.#triedSends;
    if (seats > 0 && !gate.isProbing) gate.room.call(seats * this.#claims.batchSize, this.wake);
  }

  #send({ claim, claimedAt, operations }: Run): void {
    const { context, delivery, time, onSettled } = this.#with;
    const { clock, hub } = context;
    const setBacks = time.setBacks();
    const sentAt = clock.monotonicMs();
    const wasTried = operations[0]?.attempted === true;
    const signal = this.#signalFor(operations[0]?.principal);
    if (wasTried) this.#triedSends++;
    const send = delivery
      .deliver({ claim, operations, claimedAt, signal, onThinking: this.#onThinking })
      .then((summary) => {
        const isInVain = wasTried && summary.successful.length === 0;
        if (isInVain) this.#restsUntil = 2 * clock.monotonicMs() - sentAt;
        onSettled(summary);
      })
      .catch((error: unknown) => hub.fail(error, 'TRANSPORT_FAILED'))
      .finally(() => {
        if (wasTried) this.#triedSends--;
        this.#sends.delete(send);
        if (time.setBacks() !== setBacks) this.#mendedAt = undefined;
        this.wake();
      });
    this.#sends.add(send);
  }

  #signalFor(principal: string | undefined): AbortSignal {
    const { settings, context } = this.#with;
    if (settings.principals !== undefined) return this.signal;
    return this.#principals.of(principal, context.session.principal, this.signal);
  }

  async #sleep(waitMs: number): Promise<void> {
    if (this.#isWoken || this.signal.aborted) return;
    const { clock } = this.#with.context;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, waitMs);
      this.#endSleep = () => {
        clock.clearTimer(timer);
        resolve();
      };
    });
    this.#endSleep = undefined;
  }
}
