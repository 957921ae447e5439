import { SyncError } from '../errors/sync-error.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { Claim } from '../ports/queue-storage.js';
import type { Transport } from '../ports/transport.js';
import type { QueueContext } from '../queue/queue-context.js';
import type { SyncQueue } from '../queue/sync-queue.js';
import type { Delivery } from './delivery.js';
import type { Gate } from './gate.js';
import { ofOnePrincipal } from './one-principal.js';
import { PrincipalSignals } from './principal-signals.js';
import type { ProcessingSummary } from './processing-summary.js';
import { releaseParked } from './release-parked.js';
import { sleep } from './sleep.js';
import type { StallWatch } from './stall-watch.js';
import type { SteadyTime } from './steady-time.js';
import type { WorkerSettings } from './worker-options.js';

export interface DeliveryLoopCollaborators {
  readonly context: QueueContext;
  readonly queue: Pick<SyncQueue, 'principal'>;
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

/**
 * One run of a worker, from its start to its stop: claims and sends as much as may go, sleeps until something may
 * have changed, and begins again.
 */
export class DeliveryLoop {
  readonly #with: DeliveryLoopCollaborators;
  readonly #controller = new AbortController();
  readonly #principals = new PrincipalSignals();
  readonly #sends = new Set<Promise<void>>();
  readonly #ended: Promise<void>;
  /** Set by a wake-up that came while the loop was not asleep, so that none is lost. */
  #isWoken = false;
  /** How often the clock had been set back when the storage was last mended; none where it must be again. */
  #mendedAt: number | undefined;
  #claimFailures = 0;
  #endSleep: (() => void) | undefined;

  /** The loop begins in the next microtask. */
  constructor(collaborators: DeliveryLoopCollaborators) {
    this.#with = collaborators;
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
    const { gate, settings, queue, stallWatch, onIdle } = this.#with;
    while (!this.signal.aborted) {
      const waitMs = await this.#round();
      if (waitMs === 0) continue;
      // Woken meanwhile: what this round found may be out of date, so it cannot end a drain.
      const isIdle = this.#sends.size === 0 && !gate.signIn.isRefreshing && !this.#isWoken;
      if (isIdle) onIdle(waitMs);
      await this.#sleep(Math.min(waitMs, settings.pollMs));
      if (gate.slots() > 0) await stallWatch.look(gate.principals(queue.principal));
    }
  }

  /** Claims and sends as much as may go. @returns how long nothing more can go by itself; 0 for not at all */
  async #round(): Promise<number> {
    const { gate, settings, queue, context } = this.#with;
    const { storage, clock, hub, random } = context;
    this.#isWoken = false;
    await this.#mend();
    const slots = gate.slots() - this.#sends.size;
    if (slots <= 0) return gate.waitMs();
    try {
      const sent = await this.#claim(slots);
      this.#claimFailures = 0;
      if (sent) return 0;
      const principals = gate.principals(queue.principal);
      const dueAt = await storage.nextDue({ now: clock.now(), principals });
      return dueAt === undefined ? Infinity : Math.max(MIN_WAIT_MS, dueAt - clock.now());
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
      return Math.max(MIN_WAIT_MS, settings.outageBackoff.delayMs(++this.#claimFailures, 0, random));
    }
  }

  /**
   * Mends waits that a clock made too long, and lets go what only a newer app could send. Again after each jump
   * back of the clock, and after each send that was under way then, whose settlement may bring a time of before; and
   * until it succeeds: what is not mended waits for as long as the clock was wrong.
   */
  async #mend(): Promise<void> {
    const { context, time } = this.#with;
    const { storage, clock, hub } = context;
    const setBacks = time.setBacks();
    if (this.#mendedAt === setBacks) return;
    // Before it is done, so that a send which ends meanwhile can ask for more.
    this.#mendedAt = setBacks;
    try {
      await storage.clampTimes(clock.now());
      await releaseParked(context);
    } catch (error) {
      this.#mendedAt = undefined;
      hub.fail(error, 'STORAGE_FAILED');
    }
  }

  async #claim(slots: number): Promise<boolean> {
    const { settings, transport, gate, queue, context } = this.#with;
    const { storage, clock } = context;
    const { leaseMs } = settings;
    const batchSize = Math.min(settings.batchSize, transport.maxBatchSize ?? 1);
    const perEntity = transport.keepsOrder === true ? batchSize : 1;
    // Operations of one entity must not be split over two sends, so such a claim is one batch.
    const limit = perEntity > 1 ? batchSize : batchSize * slots;
    const claimedAt = clock.monotonicMs();
    const principals = gate.principals(queue.principal);
    const claim = await storage.claim({ now: clock.now(), limit, leaseMs, perEntity, principals });
    const [mine, others] = ofOnePrincipal(claim.operations);
    for (let at = 0; at < mine.length; at += batchSize) {
      this.#send(claim, mine.slice(at, at + batchSize), claimedAt);
    }
    if (others.length > 0) {
      await storage.settle(
        claim.token,
        others.map(({ id }) => ({ id, kind: 'release', sent: false })),
      );
    }
    return claim.operations.length > 0;
  }

  #send(claim: Claim, operations: readonly StoredOperation[], claimedAt: number): void {
    const { context, delivery, queue, time, onSettled } = this.#with;
    const setBacks = time.setBacks();
    const signal = this.#principals.of(operations[0]?.principal, queue.principal, this.signal);
    const send = delivery
      .deliver({ claim, operations, claimedAt, signal })
      .then(onSettled)
      .catch((error: unknown) => context.hub.fail(error, 'TRANSPORT_FAILED'))
      .finally(() => {
        this.#sends.delete(send);
        if (time.setBacks() !== setBacks) this.#mendedAt = undefined;
        this.wake();
      });
    this.#sends.add(send);
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
