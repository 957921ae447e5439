import { SyncError } from '../errors/sync-error.js';
import type { Clock, TimerHandle } from '../ports/clock.js';
import type { Claim } from '../ports/queue-storage.js';
import type { QueueContext } from '../queue/queue-context.js';

type LeaseContext = Pick<QueueContext, 'storage' | 'clock' | 'hub'>;

/** A lease is renewed when a third of it is over, so that two renewals may fail before it ends. */
const RENEWALS_PER_LEASE = 3;

/**
 * Holds the lease on a batch while it is being sent. When the lease is lost, or might be, `signal` aborts: from
 * then on somebody else may be sending. Time is measured on both clocks, and whichever says that the lease is
 * over is believed: a stopped process notices by either, a wall clock that was set by the other.
 */
export class LeaseKeeper {
  readonly #context: LeaseContext;
  readonly #clock: Clock;
  readonly #token: number;
  readonly #leaseMs: number;
  readonly #controller = new AbortController();
  #ids: readonly string[];
  #until: number;
  #monotonicUntil: number;
  #timer: TimerHandle | undefined;
  #isRenewing = false;

  constructor(
    context: LeaseContext,
    claim: Claim,
    leaseMs: number,
    claimedAt: number,
    ids: readonly string[],
  ) {
    this.#context = context;
    this.#clock = context.clock;
    this.#token = claim.token;
    this.#leaseMs = leaseMs;
    this.#ids = ids;
    this.#until = claim.leaseUntil;
    this.#monotonicUntil = claimedAt + leaseMs;
  }

  /** Aborts when the lease is no longer certain. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * The operations that may be sent now: none while the storage cannot say. It is asked near the end of the lease and
   * after it.
   *
   * @param mustAsk - asks it in any case: after a while of work no clock alone is to be believed
   */
  async held(mustAsk = false): Promise<ReadonlySet<string>> {
    try {
      if (mustAsk || this.#leftMs() < (this.#leaseMs * 2) / RENEWALS_PER_LEASE) await this.#renew();
      // A storage that took longer to renew the lease than the lease lasts has renewed nothing.
      if (this.#leftMs() > 0) return new Set(this.#ids);
    } catch (error) {
      this.#context.hub.fail(error, 'STORAGE_FAILED');
    }
    return new Set();
  }

  /** Whether the lease lasts by both clocks, at this very moment. Where it does not, it is lost from then on. */
  readonly mayLeave = (): boolean => {
    if (this.#leftMs() <= 0) this.#lose();
    return !this.signal.aborted;
  };

  start(): void {
    this.#timer = this.#clock.setTimer(() => this.#tick(), this.#leaseMs / RENEWALS_PER_LEASE);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  /** The next look is planned before this one asks the storage: a storage that hangs must not hide the end. */
  #tick(): void {
    // A process that was frozen may still be called for a timer that was cleared as it woke.
    if (this.#timer === undefined) return;
    this.start();
    if (!this.#isRenewing) void this.#keep();
    else if (this.#leftMs() <= 0) this.#lose();
  }

  async #keep(): Promise<void> {
    this.#isRenewing = true;
    try {
      const before = this.#ids.length;
      await this.#renew();
      if (this.#ids.length < before) this.#lose();
    } catch {
      // The storage may recover before the lease ends; until then it is still held.
      if (this.#leftMs() <= 0) this.#lose();
    } finally {
      this.#isRenewing = false;
    }
  }

  async #renew(): Promise<void> {
    const now = this.#clock.now();
    const monotonic = this.#clock.monotonicMs();
    this.#ids = await this.#context.storage.renew(this.#token, this.#ids, now + this.#leaseMs, this.#leaseMs);
    this.#until = now + this.#leaseMs;
    this.#monotonicUntil = monotonic + this.#leaseMs;
  }

  #leftMs(): number {
    return Math.min(this.#until - this.#clock.now(), this.#monotonicUntil - this.#clock.monotonicMs());
  }

  #lose(): void {
    this.stop();
    this.#controller.abort(new SyncError('LEASE_LOST', 'The lease ended before the send did.'));
  }
}
