import { checkInteger } from '../operation/check.js';

/** Turns priority and age into the one number that claims are ordered by. Fixed at enqueueing, so it costs nothing. */
export type RankStrategy = (operation: { readonly priority: number; readonly createdAt: number }) => number;

/** The highest priority first, always; the default. */
export const strictRank: RankStrategy = ({ priority }) => priority;

/**
 * Lets what waits grow more urgent, so that a steady stream of urgent operations starves nobody: each
 * `msPerPoint` of waiting is worth a point of priority.
 *
 * All waiting operations age alike, so the order between two of them never changes, and a number fixed at
 * enqueueing says it all.
 *
 * @param msPerPoint - waiting time worth one point of priority, in milliseconds
 */
export function ageingRank(msPerPoint: number): RankStrategy {
  checkInteger('msPerPoint', msPerPoint, 1);
  return ({ priority, createdAt }) => priority - Math.floor(createdAt / msPerPoint);
}
