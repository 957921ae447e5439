import type { Page, QueuedOperation } from '@cpc/sync-core';

/** The part of a `SyncQueue` that tells what waits. */
interface PendingSource {
  list(query: {
    readonly entity: string;
    readonly after?: number;
    readonly limit?: number;
  }): Promise<Page<QueuedOperation>>;
}

/** A read that is under way. */
export interface ReadTicket {
  /** True as soon as the entity was written since the read began: what it brings back may be older. */
  readonly overtaken: boolean;
}

/**
 * Keeps reads and writes of an entity from crossing: a read that began before a write must not put its older
 * value over the written one, and refreshing the copy and writing to it take turns.
 */
export class EntityGuard {
  readonly #queue: PendingSource;
  readonly #reads = new Map<string, Set<{ overtaken: boolean }>>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(queue: PendingSource) {
    this.#queue = queue;
  }

  /** Runs a read with a ticket that a write of the entity marks. */
  async whileReading<T>(entity: string, read: (ticket: ReadTicket) => Promise<T>): Promise<T> {
    const ticket = { overtaken: false };
    const reads = this.#reads.get(entity) ?? new Set();
    this.#reads.set(entity, reads.add(ticket));
    try {
      return await read(ticket);
    } finally {
      reads.delete(ticket);
      if (reads.size === 0) this.#reads.delete(entity);
    }
  }

  /** Says that the entity is being written. */
  overtake(entity: string): void {
    for (const ticket of this.#reads.get(entity) ?? []) ticket.overtaken = true;
  }

  /** Runs what touches the copy of an entity after everything that was to touch it before. */
  inTurn<T>(entity: string | undefined, work: () => Promise<T>): Promise<T> {
    if (entity === undefined) return work();
    const turn = (this.#turns.get(entity) ?? Promise.resolve()).then(work, work);
    this.#turns.set(entity, turn);
    const forget = (): void => {
      if (this.#turns.get(entity) === turn) this.#turns.delete(entity);
    };
    turn.then(forget, forget);
    return turn;
  }

  /** What waits of the entity, in order. Dead letters do not: the server refused them. */
  async pending(entity: string): Promise<readonly QueuedOperation[]> {
    const found: QueuedOperation[] = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Page<QueuedOperation> = await this.#queue.list({ entity, after });
      found.push(...page.items.filter(({ state }) => state !== 'deadLetter'));
      after = page.next;
    }
    return found;
  }
}
