import type { RandomSource } from './random-source.js';

/** How long an operation waits after an answer that asked for, or led to, another attempt. */
export interface BackoffStrategy {
  /**
   * @param attempt - number of counted attempts so far, 1 after the first
   * @param previousDelayMs - the delay that this strategy gave last time for the operation, 0 at first
   * @returns a finite delay in milliseconds, at least 0
   */
  delayMs(attempt: number, previousDelayMs: number, random: RandomSource): number;
}
