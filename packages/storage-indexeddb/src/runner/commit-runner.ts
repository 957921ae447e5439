import type { Clock } from '@cpc/sync-core';
import type { MemoryQueue } from '@cpc/sync-core/storage-kit';
import type { Connection } from '../connection/connection.js';
import { Records } from '../connection/records.js';
import { meansLostHandle, toStorageError } from '../connection/to-storage-error.js';
import type { QueueMirror } from '../mirror/queue-mirror.js';
import { QueueTransaction } from './queue-transaction.js';

/** The most steps that one transaction carries, so that one commit never grows without bound. */
const MAX_STEPS = 1000;

export interface CommitRunnerOptions {
  readonly connection: Connection;
  readonly mirror: QueueMirror;
  readonly clock: Clock;
  readonly durability: 'strict' | 'relaxed';
  readonly transactionTimeoutMs: number;
  /** A commit changed something. */
  readonly onCommit: () => void;
}

interface Step {
  readonly writes: boolean;
  readonly apply: (queue: MemoryQueue) => unknown;
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
  run<T>(mode: 'read' | 'write', apply: (queue: MemoryQueue) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const resolveAny = resolve as (result: unknown) => void;
      this.#waiting.push({ writes: mode === 'write', apply, resolve: resolveAny, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Whoever calls in this same turn still gets into the first transaction.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const steps = this.#waiting.slice(0, MAX_STEPS);
      this.#waiting = this.#waiting.slice(MAX_STEPS);
      await this.#runTogether(steps);
    }
    this.#running = undefined;
  }

  async #runTogether(steps: readonly Step[]): Promise<void> {
    try {
      const results = await this.#commitOnceMoreIfLost(steps);
      for (const [at, step] of steps.entries()) step.resolve(results[at]);
    } catch (error) {
      if (steps.length === 1) steps[0]?.reject(error);
      // One step may be to blame for all: an enqueue that no longer fits must not fail a settlement.
      else for (const step of steps) await this.#runTogether([step]);
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
    const { connection, mirror, onCommit, ...options } = this.#options;
    const writes = steps.some((step) => step.writes);
    const db = await connection.database();
    const transaction = new QueueTransaction(db, connection.storeName, writes, options);
    try {
      const { results, wrote } = await transaction.run(async (store) => {
        const records = new Records(store);
        const queue = await mirror.refresh(records);
        const applied = steps.map((step) => applyStep(step, queue));
        return { results: applied, wrote: writes && (await mirror.write(records)) };
      });
      if (wrote) onCommit();
      return results;
    } catch (error) {
      mirror.invalidate();
      throw error;
    }
  }
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

function applyStep(step: Step, queue: MemoryQueue): unknown {
  try {
    return step.apply(queue);
  } catch (error) {
    throw new StepFailure(error);
  }
}
