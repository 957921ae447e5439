import type { Page, QueuedOperation } from '@cpc/sync-core';
import type { LaidOperation } from './lay-over.js';
import type { ViewOutcome, ViewQueue } from './view-queue.js';

/** An operation that the server has, and the copy may not. */
export interface Landed {
  readonly operation: QueuedOperation;
  readonly position: string | undefined;
}

const PAGE = 500;

/**
 * The operations that lie over the copy, whichever tab made them and whichever delivered them: what is in the queue, and
 * what was acknowledged while the copy does not have it yet.
 */
export class OperationBoard {
  readonly #queue: ViewQueue;
  #queued: readonly QueuedOperation[] = [];
  readonly #landed = new Map<string, Landed>();
  /** A reading that began before the latest reset counts for nothing. */
  #resets = 0;
  /** The place behind the last outcome that was read; `undefined` before the first reading. */
  #outcome: number | undefined;

  constructor(queue: ViewQueue) {
    this.#queue = queue;
  }

  get landed(): Iterable<Landed> {
    return this.#landed.values();
  }

  /** Everything that lies over the copy, in order. */
  get operations(): readonly LaidOperation[] {
    const landed = [...this.#landed.values()].map(({ operation }): LaidOperation => {
      return { operation, standing: 'landed' };
    });
    const all = [...landed, ...standingOf(this.#queued)];
    return all.sort((a, b) => a.operation.sequence - b.operation.sequence);
  }

  /** Those that may have been sent, and have no outcome yet: the server may have them. */
  get uncertain(): readonly string[] {
    return this.#queued.filter(({ attempted }) => attempted).map(({ id }) => id);
  }

  /** Somebody else looks from now on. */
  reset(): void {
    this.#resets++;
    this.#queued = [];
    this.#landed.clear();
  }

  /** The copy holds it. */
  forget(id: string): void {
    this.#landed.delete(id);
  }

  /**
   * Reads the queue, then what became of what is or was in it: what left the queue before the reading has its outcome by
   * then, and what leaves it between the two is met in both. A reading that fails changes nothing.
   *
   * @returns those that have landed since the last time
   */
  async read(): Promise<readonly Landed[]> {
    const resets = this.#resets;
    this.#outcome ??= (await this.#queue.outcomes({ limit: 0 })).next;
    const queued = await this.#list();
    const { outcomes, next } = await this.#outcomesSince(this.#outcome);
    if (this.#resets !== resets) return [];
    const known = new Map([...this.#queued, ...queued].map((operation) => [operation.id, operation]));
    const landed: Landed[] = [];
    for (const { id, outcome, position } of outcomes) {
      const operation = known.get(id);
      if (operation === undefined || outcome !== 'acknowledged') continue;
      landed.push({ operation, position });
      this.#landed.set(id, { operation, position });
    }
    const isDelivered = new Set(landed.map(({ operation }) => operation.id));
    this.#queued = queued.filter(({ id }) => !isDelivered.has(id));
    this.#outcome = next;
    return landed;
  }

  async #list(): Promise<readonly QueuedOperation[]> {
    const found: QueuedOperation[] = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Page<QueuedOperation> = await this.#queue.list({ after, limit: PAGE });
      found.push(...page.items);
      after = page.next;
    }
    return found;
  }

  async #outcomesSince(
    begin: number,
  ): Promise<{ readonly outcomes: readonly ViewOutcome[]; readonly next: number }> {
    const outcomes: ViewOutcome[] = [];
    for (let after = begin; ;) {
      const { items, next } = await this.#queue.outcomes({ after, limit: PAGE });
      outcomes.push(...items);
      // Others' outcomes are not among the items, but count. A queue that was made anew begins at 0 again.
      if (next - after < PAGE) return { outcomes, next };
      after = next;
    }
  }
}

/**
 * Behind one that goes no further, the others of its lane and what depends on it are held. A lane is one person's
 * operations of one entity.
 */
function standingOf(queued: readonly QueuedOperation[]): readonly LaidOperation[] {
  const stuck = new Map<string, LaidOperation>();
  return queued.map((operation): LaidOperation => {
    const { id, state, entity, principal, dependsOn, failure } = operation;
    const lane = entity === undefined ? undefined : `lane ${JSON.stringify([entity, principal])}`;
    const holder = [lane, ...dependsOn]
      .map((key) => (key === undefined ? undefined : stuck.get(key)))
      .find(Boolean);
    const isStuck = state === 'deadLetter' || state === 'parked';
    // Of a state that waits, though it stands behind one that failed: that one was left behind by its kind's rule.
    const isHeld = state === 'blocked' && holder !== undefined;
    if (!isStuck && !isHeld) return { operation, standing: 'waiting' };
    const reason = isStuck ? failure : holder?.failure;
    const laid: LaidOperation = {
      operation,
      standing: state === 'deadLetter' ? 'failed' : 'held',
      ...(reason !== undefined && { failure: reason }),
    };
    stuck.set(id, laid);
    if (lane !== undefined && !stuck.has(lane)) stuck.set(lane, laid);
    return laid;
  });
}
