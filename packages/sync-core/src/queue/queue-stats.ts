import type { Observable } from 'rxjs';
import type { TimerHandle } from '../ports/clock.js';
import type { StorageStats } from '../ports/queue-storage.js';
import type { QueueContext } from './queue-context.js';

/** Figures of a queue. */
export interface QueueStats extends StorageStats {
  /** Age of the operation that has waited longest, in milliseconds; 0 when empty. */
  readonly oldestAgeMs: number;
  /**
   * Operations enqueued and acknowledged through this object per second, over about the last ten seconds. Counted
   * while somebody watches `stats$`; 0 otherwise.
   */
  readonly enqueuedPerSecond: number;
  readonly deliveredPerSecond: number;
}

const EMIT_EVERY_MS = 250;
const RATE_WINDOW_MS = 10_000;

/** Reads figures on demand, and again as long as somebody watches and something happens. */
export class StatsSource {
  readonly stats$: Observable<QueueStats>;
  readonly #context: QueueContext;
  #enqueued = new Rate();
  #delivered = new Rate();
  #watchers = 0;
  #stopCounting: (() => void) | undefined;

  constructor(context: QueueContext) {
    this.#context = context;
    this.stats$ = context.hub.stream((next) => this.#watch(next));
  }

  async read(): Promise<QueueStats> {
    const { storage, clock } = this.#context;
    const stats = await storage.stats();
    const oldestAgeMs =
      stats.oldestCreatedAt === undefined ? 0 : Math.max(0, clock.now() - stats.oldestCreatedAt);
    const now = clock.monotonicMs();
    return {
      ...stats,
      oldestAgeMs,
      enqueuedPerSecond: this.#enqueued.perSecond(now),
      deliveredPerSecond: this.#delivered.perSecond(now),
    };
  }

  #watch(next: (stats: QueueStats) => void): () => void {
    const { hub, clock, refreshers } = this.#context;
    let timer: TimerHandle | undefined;
    const tell = (): void => {
      timer = undefined;
      this.read().then(next, (error: unknown) => hub.fail(error, 'STORAGE_FAILED'));
    };
    const tellSoon = (): void => void (timer ??= clock.setTimer(tell, EMIT_EVERY_MS));
    // Failures are no reason to look again: the next look may be the next failure.
    const stop = hub.on(({ type }) => (type === 'failed' ? undefined : tellSoon()));
    this.#stopCounting ??= this.#count();
    this.#watchers++;
    refreshers.add(tellSoon);
    tell();
    return () => {
      stop();
      refreshers.delete(tellSoon);
      if (timer !== undefined) clock.clearTimer(timer);
      if (--this.#watchers > 0) return;
      this.#stopCounting?.();
      this.#stopCounting = undefined;
      this.#enqueued = new Rate();
      this.#delivered = new Rate();
    };
  }

  /** Counts once, however many watch. */
  #count(): () => void {
    const { hub, clock } = this.#context;
    return hub.on(({ type }) => {
      if (type === 'enqueued') this.#enqueued.count(clock.monotonicMs());
      if (type === 'acknowledged') this.#delivered.count(clock.monotonicMs());
    });
  }
}

/** A rate that forgets exponentially what lies further back than its window. */
class Rate {
  #weight = 0;
  #at = 0;

  count(now: number): void {
    this.#weight = this.#decayed(now) + 1;
    this.#at = now;
  }

  perSecond(now: number): number {
    return (this.#decayed(now) * 1000) / RATE_WINDOW_MS;
  }

  #decayed(now: number): number {
    return this.#weight * Math.exp((this.#at - now) / RATE_WINDOW_MS);
  }
}
