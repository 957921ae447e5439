import type { Principals } from '../ports/sign-in.js';
import type { QueueContext } from '../queue/queue-context.js';
import type { WorkerSettings } from './worker-options.js';

/** What only a newer app can send is read past, so far. */
const LOOKED_AT = 20;

/**
 * Tells when an operation that could go has not gone for too long. What waits for its time, for a person, for
 * another operation, for somebody else to sign in or for a newer app is no stall: nothing that this worker does would move it.
 */
export class StallWatch {
  readonly #context: QueueContext;
  readonly #settings: WorkerSettings;
  #isStalled = false;
  /** In monotonic milliseconds; a look costs the storage something, so there is one per poll interval. */
  #lookedAt = -Infinity;

  constructor(context: QueueContext, settings: WorkerSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  /** @param principals - whose operations the worker may send */
  async look(principals: Principals): Promise<void> {
    const { storage, clock, hub, registry } = this.#context;
    const { pollMs, stallAfterMs } = this.#settings;
    if (!hub.isHeard || clock.monotonicMs() - this.#lookedAt < pollMs) return;
    this.#lookedAt = clock.monotonicMs();
    try {
      const { items } = await storage.list({ states: ['waiting', 'leased'], principals, limit: LOOKED_AT });
      const oldest = items.find((operation) => registry.whyUnsendable(operation) === undefined);
      const oldestAgeMs =
        oldest === undefined ? 0 : clock.now() - Math.max(oldest.createdAt, oldest.scheduledAt);
      const isStalled = oldestAgeMs > stallAfterMs;
      if (isStalled && !this.#isStalled) hub.emit({ type: 'stalled', oldestAgeMs });
      this.#isStalled = isStalled;
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
    }
  }
}
