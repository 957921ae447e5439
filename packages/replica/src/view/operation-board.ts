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
  /** The latest outcome that was read; `undefined` before the first reading. */
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

  /** The copy holds it. */
  forget(id: string): void {
    this.#landed.delete(id);
  }

  /** Reads the queue, then what became of those that are no longer in it. @returns those that have landed since */
  async read(): Promise<readonly Landed[]> {
    this.#outcome ??= (await this.#queue.outcomes({ limit: 0 })).last;
    const before = new Map(this.#queued.map((operation) => [operation.id, operation]));
    this.#queued = await this.#list();
    // Behind the list: what left the queue before it was read has its outcome by now.
    const outcomes = await this.#outcomes();
    for (const { id } of this.#queued) before.delete(id);
    const landed: Landed[] = [];
    for (const { id, outcome, position } of outcomes) {
      const operation = before.get(id);
      if (operation === undefined || outcome !== 'acknowledged') continue;
      landed.push({ operation, position });
      this.#landed.set(id, { operation, position });
    }
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

  async #outcomes(): Promise<readonly ViewOutcome[]> {
    const found: ViewOutcome[] = [];
    for (;;) {
      const { items, last } = await this.#queue.outcomes({ after: this.#outcome ?? 0, limit: PAGE });
      found.push(...items);
      // A queue that was deleted and made anew counts from the beginning.
      this.#outcome = items.at(-1)?.sequence ?? Math.min(last, this.#outcome ?? last);
      if (items.length < PAGE) return found;
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
