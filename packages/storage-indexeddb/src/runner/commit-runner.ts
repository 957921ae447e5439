import { type Clock, isSyncError } from '@cpc/sync-core';
import type { MemoryQueue } from '@cpc/sync-core/storage-kit';
import type { Connection } from '../connection/connection.js';
import { Records } from '../connection/records.js';
import { meansLostHandle, toStorageError } from '../connection/to-storage-error.js';
import type { QueueMirror } from '../mirror/queue-mirror.js';
import { QueueTransaction } from './queue-transaction.js';
import type { Reserve } from './reserve.js';

/** The most steps that one transaction carries, so that one commit never grows without bound. */
const MAX_STEPS = 1000;

/**
 * What a step does to the queue: `add` may make it larger, and never takes the room that is kept for the others; `anew`
 * writes, alone in its transaction, after everything was read again.
 */
export type StepMode = 'read' | 'write' | 'add' | 'anew';

export interface CommitRunnerOptions {
  readonly connection: Connection;
  readonly mirror: QueueMirror;
  readonly reserve: Reserve;
  readonly clock: Clock;
  readonly durability: 'strict' | 'relaxed';
  readonly transactionTimeoutMs: number;
  /** A commit changed something. */
  readonly onCommit: () => void;
}

/**
 * A step on the queue. What it returns may be a promise of reads from the records, and of nothing else: the transaction
 * waits for no other.
 */
export type Apply<T> = (queue: MemoryQueue, records: Records) => T | Promise<T>;

interface Step {
  readonly mode: StepMode;
  readonly apply: Apply<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs steps on the queue, one transaction after the other. All that were called while a transaction was under
 * way share the next one, and so its commit: the disk's time is paid once for all of them.
 */
export class CommitRunner {
  readonly #options: CommitRunnerOptions;
  #waiting: Step[] = [];
  #running: Promise<void> | undefined = undefined;

  constructor(options: CommitRunnerOptions) {
    this.#options = options;
  }

  /** Resolves when the transaction is complete, never before. */
  run<T>(mode: StepMode, apply: Apply<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const resolveAny = resolve as (result: unknown) => void;
      this.#waiting.push({ mode, apply, resolve: resolveAny, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Puts the reserve where there is none yet, so that no enqueue has to. One that finds it missing does it, too. */
  async completeReserve(): Promise<void> {
    const { reserve } = this.#options;
    try {
      if (await this.#inTransaction(false, (records) => reserve.isComplete(records))) return;
      await this.run('add', () => undefined);
    } catch {
      // No room, most likely. Whoever enqueues puts it there first, and hears what is wrong.
    }
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Whoever calls in this same turn still gets into the first transaction.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const steps = this.#waiting.slice(0, togetherOf(this.#waiting));
      this.#waiting = this.#waiting.slice(steps.length);
      await this.#runTogether(steps);
    }
    this.#running = undefined;
  }

  async #runTogether(steps: readonly Step[]): Promise<void> {
    try {
      const results = await this.#commitWithReserve(steps);
      for (const [at, step] of steps.entries()) step.resolve(results[at]);
    } catch (error) {
      if (steps.length === 1) steps[0]?.reject(error);
      // One step may be to blame for all: an enqueue that no longer fits must not fail a settlement.
      else for (const step of steps) await this.#runTogether([step]);
    }
  }

  /** Where there is no room, gives up the reserve piece by piece, unless the steps would only use more of it. */
  async #commitWithReserve(steps: readonly Step[]): Promise<readonly unknown[]> {
    for (;;) {
      try {
        return await this.#commitOnceMoreIfLost(steps);
      } catch (error) {
        const mayGiveUp = isSyncError(error, 'STORAGE_FULL') && steps.every(({ mode }) => mode !== 'add');
        if (!mayGiveUp || !(await this.#giveUpPiece())) throw error;
      }
    }
  }

  async #commitOnceMoreIfLost(steps: readonly Step[]): Promise<readonly unknown[]> {
    try {
      return await this.#commit(steps);
    } catch (error) {
      if (error instanceof StepFailure) throw error.reason;
      if (!meansLostHandle(error)) throw toStorageError(error);
    }
    this.#options.connection.forget();
    try {
      return await this.#commit(steps);
    } catch (error) {
      throw error instanceof StepFailure ? error.reason : toStorageError(error);
    }
  }

  async #commit(steps: readonly Step[]): Promise<readonly unknown[]> {
    const { mirror, reserve, onCommit } = this.#options;
    const writes = steps.some(({ mode }) => mode !== 'read');
    const adds = steps.some(({ mode }) => mode === 'add');
    if (steps.some(({ mode }) => mode === 'anew')) mirror.invalidate();
    try {
      const { results, wrote } = await this.#inTransaction(writes, async (records) => {
        const queue = await mirror.refresh(records);
        if (adds) await reserve.complete(records, mirror.readings);
        const applied = await Promise.all(steps.map((step) => applyStep(step, queue, records)));
        return { results: applied, wrote: writes && (await mirror.write(records)) };
      });
      if (wrote) onCommit();
      return results;
    } catch (error) {
      mirror.invalidate();
      throw error;
    }
  }

  /** A transaction of its own: browsers count what was deleted only when it is. */
  async #giveUpPiece(): Promise<boolean> {
    try {
      return await this.#inTransaction(true, (records) => this.#options.reserve.giveUpPiece(records));
    } catch (error) {
      throw toStorageError(error);
    }
  }

  async #inTransaction<T>(writes: boolean, work: (records: Records) => Promise<T>): Promise<T> {
    const { connection } = this.#options;
    const db = await connection.database();
    const transaction = new QueueTransaction(db, connection.storeName, writes, this.#options);
    return transaction.run((store) => work(new Records(store)));
  }
}

/** How many of the steps that wait share a transaction. */
function togetherOf(waiting: readonly Step[]): number {
  const alone = waiting.findIndex(({ mode }) => mode === 'anew');
  return alone === -1 ? MAX_STEPS : Math.max(1, Math.min(alone, MAX_STEPS));
}

/** A step threw by itself; IndexedDB is not to blame. */
class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly reason: unknown;

  constructor(reason: unknown) {
    super('A step failed.', { cause: reason });
    this.reason = reason;
  }
}

async function applyStep(step: Step, queue: MemoryQueue, records: Records): Promise<unknown> {
  try {
    return await step.apply(queue, records);
  } catch (error) {
    throw new StepFailure(error);
  }
}
