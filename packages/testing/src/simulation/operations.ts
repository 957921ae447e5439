import { type AnyOperationDefinition, defineOperation } from '@cpc/sync-core';
import type { SeededRandom } from '@cpc/sync-core/deterministic';

/** A kind of operation of your own, and what its users enter. */
export interface SimulatedOperation {
  readonly definition: AnyOperationDefinition;
  /**
   * A payload, made from the seeded source alone, so that a history comes again.
   *
   * @param number - counts the changes of a history
   */
  readonly payload: (random: SeededRandom, number: number) => unknown;
  /** How often it is chosen compared with the others. @defaultValue 1 */
  readonly weight?: number;
}

/** A kind that code and servers of before do not know. */
export const NEW_KIND = 'draft';

/** The kinds that the simulated users enqueue: plain changes, drafts that coalesce, and lines of a log. */
export const OPERATIONS: readonly AnyOperationDefinition[] = [
  defineOperation('edit'),
  defineOperation(NEW_KIND, { coalesce: 'replace' }),
  defineOperation('log'),
];
