import type { QueueContext } from '../queue/queue-context.js';

/** No more than so many operations are remembered; the others wait out their delay. */
const MAX_WAITING = 10_000;

/**
 * Operations whose wait is longer than its cause: those that an outage held up, and those that were put aside since too
 * many of those in trouble came at once. They are scheduled in the storage, so that nothing depends on this list, and
 * are called as soon as there is room for them. What is to blame for its own trouble waits outside.
 */
export class WaitingRoom {
  readonly #context: Pick<QueueContext, 'storage' | 'clock' | 'hub'>;
  /** In the order of their coming. */
  readonly #ids = new Set<string>();
  #isCalling = false;

  constructor(context: Pick<QueueContext, 'storage' | 'clock' | 'hub'>) {
    this.#context = context;
  }

  enter(id: string): void {
    if (this.#ids.size < MAX_WAITING) this.#ids.add(id);
  }

  leave(id: string): void {
    this.#ids.delete(id);
  }

  /**
   * Ends the wait of the first ones. Only of what still waits: what has become a dead letter meanwhile stays one.
   *
   * @param called - they may be claimed
   */
  call(count: number, called: () => void): void {
    if (this.#isCalling || this.#ids.size === 0) return;
    const { storage, clock, hub } = this.#context;
    const ids = [...this.#ids].slice(0, count);
    for (const id of ids) this.#ids.delete(id);
    this.#isCalling = true;
    // Where it fails, they come by themselves when their wait is over.
    void storage
      .requeue(ids, clock.now(), ['scheduled'])
      .catch((error: unknown) => hub.fail(error, 'STORAGE_FAILED'))
      .finally(() => {
        this.#isCalling = false;
        called();
      });
  }
}
