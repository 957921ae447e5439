import type { Brings } from '@cpc/sync-core/storage-kit';
import type { TransactionSteps } from '../engine/transaction-steps.js';

/** One step that waits for the next commit. */
export interface Job {
  readonly step: (queue: TransactionSteps) => unknown;
  readonly brings: Brings;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets steps that come together share one commit: all that arrive in the same turn of the event loop, or while
 * an earlier commit is under way. They are run in the order of their arrival.
 */
export class GroupCommit {
  readonly #commit: (jobs: readonly Job[]) => Promise<void>;
  #waiting: Job[] = [];
  #running: Promise<void> | undefined;
  #wasShared = false;

  constructor(commit: (jobs: readonly Job[]) => Promise<void>) {
    this.#commit = commit;
  }

  add<T>(step: (queue: TransactionSteps) => T, brings: Brings): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ step, brings, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when every call so far has its answer. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Callers that an earlier commit released arrive within a few promise steps of each other. One who was alone the
    // last time is not kept waiting for them.
    for (let step = this.#wasShared ? GATHER_STEPS : 1; step > 0; step--) await Promise.resolve();
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting;
      this.#waiting = [];
      this.#wasShared = jobs.length > 1;
      await this.#commit(jobs);
    }
    this.#running = undefined;
  }
}

/** How many promise steps a commit waits for others to join: no measurable time. */
const GATHER_STEPS = 8;
