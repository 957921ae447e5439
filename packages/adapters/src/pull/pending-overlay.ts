import { project, type QueuedOperation, type SyncEvent, type SyncQueue } from '@cpc/sync-core';
import { checkFunction, checkParts, shown } from '../delivery/check-parts.js';
import type { Puller, PullStatus } from './puller.js';

export interface PendingOverlayParts {
  readonly queue: Pick<SyncQueue, 'pending' | 'events$'>;
  readonly puller: Pick<Puller, 'pull' | 'register'>;
}

/** A read begins again where the queue or the copy moved under it, but not for ever. */
const MAX_READS = 5;

/**
 * What a person sees of an entity: what was pulled, with the operations laid over it that the copy does not have
 * yet. Nothing local is ever written into the copy, so no pull can overwrite it, and what the server refuses is gone
 * with the next read.
 *
 * An operation that was acknowledged stays laid over until a pull that began afterwards has ended, or the value
 * would jump back in between. While both have it, it is applied to a value that holds it already: the function that
 * applies it should set values, not add to them.
 */
export class PendingOverlay {
  readonly #parts: PendingOverlayParts;
  /** What the latest read of each entity saw waiting. */
  readonly #waiting = new Map<string, readonly QueuedOperation[]>();
  /** What the server has, and the copy may not: with the pull that was the latest to begin before. */
  readonly #landed = new Map<string, { readonly operation: QueuedOperation; readonly pull: number }>();
  readonly #stops: (() => void)[] = [];
  #moves = 0;
  #begun = 0;
  #done = 0;

  /** @throws TypeError where a part is not what it should be */
  constructor(parts: PendingOverlayParts) {
    checkParts('queue', parts.queue, ['pending']);
    checkParts('puller', parts.puller, ['pull', 'register']);
    this.#parts = parts;
  }

  /** Begins to follow the queue and the puller. Idempotent. */
  start(): void {
    if (this.#stops.length > 0) return;
    const { queue, puller } = this.#parts;
    const subscription = queue.events$.subscribe((event) => this.#onEvent(event));
    this.#stops.push(
      () => subscription.unsubscribe(),
      puller.register((status) => this.#onStatus(status)),
    );
  }

  /** Leaves no subscription behind. Idempotent. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /**
   * The entity as the person should see it.
   *
   * @param base - reads it from the copy
   * @param apply - the effect of one operation on it; pure
   *
   * Rejects with a TypeError where one of them is not what it should be.
   */
  async read<State>(
    entity: string,
    base: () => State | Promise<State>,
    apply: (state: State, operation: QueuedOperation) => State,
  ): Promise<State> {
    if (typeof entity !== 'string') throw new TypeError(`read takes an entity; got ${shown(entity)}`);
    checkFunction('base', base);
    checkFunction('apply', apply);
    for (let reads = 1; ; reads++) {
      const moves = this.#moves;
      // What waits first: what leaves the queue meanwhile is then seen twice rather than not at all.
      const waiting = await this.#readWaiting(entity);
      const value = await base();
      if (this.#hasMoved(moves) && reads < MAX_READS) continue;
      const landed = [...this.#landed.values()]
        .map(({ operation }) => operation)
        .filter((operation) => operation.entity === entity);
      const ids = new Set(landed.map(({ id }) => id));
      return project(value, [...landed, ...waiting.filter(({ id }) => !ids.has(id))], apply);
    }
  }

  #hasMoved(since: number): boolean {
    return this.#moves !== since;
  }

  async #readWaiting(entity: string): Promise<readonly QueuedOperation[]> {
    const found = await this.#parts.queue.pending(entity);
    if (found.length > 0) this.#waiting.set(entity, found);
    else this.#waiting.delete(entity);
    return found;
  }

  #onEvent(event: SyncEvent): void {
    if (event.type === 'principalChanged') {
      // What somebody else did is laid over nothing any more.
      this.#waiting.clear();
      this.#landed.clear();
    }
    if (event.type === 'principalChanged' || event.type === 'adopted' || event.type === 'purged')
      this.#moves++;
    if (!('entity' in event)) return;
    this.#moves++;
    if (event.type !== 'acknowledged') return;
    // What nobody has read cannot jump back.
    const landed = this.#waiting.get(event.entity)?.find(({ id }) => id === event.id);
    if (landed === undefined) return;
    this.#landed.set(landed.id, { operation: landed, pull: this.#begun });
    // Where it fails, the operation stays laid over until the puller comes through.
    this.#parts.puller.pull().catch(() => undefined);
  }

  /** Pulls come one after the other: what landed before the latest began is in the copy when it is done. */
  #onStatus({ state, pulls }: PullStatus): void {
    this.#moves++;
    if (state === 'pulling') this.#begun++;
    if (pulls === this.#done) return;
    this.#done = pulls;
    for (const [id, { pull }] of this.#landed) if (pull < this.#begun) this.#landed.delete(id);
  }
}
