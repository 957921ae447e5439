import { type Clock, isSyncError, type SyncFailure, toFailure } from '@cpc/sync-core';
import type { QueueTransaction } from '../engine/queue-transaction.js';
import { Contradiction, MAX_ROWS, verifyStretch } from '../engine/verify.js';

/** How long a stretch of rows is verified after the one before, at the soonest. */
const EVERY_MS = 1000;

/** A row that is contradicted is read once more, then all is repaired; where that changed nothing it is passed over. */
const MAX_FOUND = 2;

export interface SweepParts {
  readonly clock: Clock;
  readonly read: <T>(work: (tx: QueueTransaction) => T) => Promise<T>;
  /** Hears why rows could not be read; what can be claimed is claimed all the same. */
  readonly onFailure: (failure: SyncFailure) => void;
}

/**
 * Walks all rows, stretch by stretch and round and round, for what no index leads to any more: an altered column can
 * keep a row, and the lane behind it, from ever being looked at. It goes on while there is nothing else to do, when a
 * claim came back with room, and not more than once a second, so that it costs next to nothing.
 */
export class Sweep {
  readonly #parts: SweepParts;
  /** How often a row was found to be contradicted. */
  readonly #contradicted = new Map<number, number>();
  #position = -Infinity;
  #sweptAt = -Infinity;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** Verifies the next stretch where it is time. @returns whether something was put right, so that more may go now */
  async step(): Promise<boolean> {
    const { clock, read, onFailure } = this.#parts;
    const now = clock.monotonicMs();
    if (now - this.#sweptAt < EVERY_MS) return false;
    this.#sweptAt = now;
    let runs = 0;
    try {
      const next = await read((tx) => {
        runs++;
        return this.#verify(tx);
      });
      this.#position = next ?? -Infinity;
      return runs > 1;
    } catch (error) {
      if (!isSyncError(error, 'STORAGE_CLOSED')) onFailure(toFailure(error, 'STORAGE_FAILED'));
      // What lies behind an unreadable page is looked at next time.
      this.#position = Math.max(0, this.#position) + MAX_ROWS;
      return runs > 1;
    }
  }

  #timesFound(sequence: number): number {
    return this.#contradicted.get(sequence) ?? 0;
  }

  #verify(tx: QueueTransaction): number | undefined {
    try {
      return verifyStretch(tx, this.#position, (sequence) => this.#timesFound(sequence) >= MAX_FOUND);
    } catch (error) {
      if (error instanceof Contradiction)
        this.#contradicted.set(error.sequence, this.#timesFound(error.sequence) + 1);
      throw error;
    }
  }
}
