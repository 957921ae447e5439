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

/** What people do with a thing: make it, change it, add parts that mention it, and throw it away. */
export const THING_KINDS = {
  make: 'thing.make',
  change: 'thing.change',
  part: 'thing.part',
  drop: 'thing.drop',
} as const;

/** What people do with a thing. */
export type ThingDeed = keyof typeof THING_KINDS;

/** The id that the server gives a thing. */
export function permanentIdOf(made: string): string {
  return `permanent-${made}`;
}

/**
 * The kinds that the simulated users enqueue: plain changes, drafts that coalesce, lines of a log, and things with all
 * that is done to them.
 */
export const OPERATIONS: readonly AnyOperationDefinition[] = [
  defineOperation('edit'),
  defineOperation(NEW_KIND, { coalesce: 'replace' }),
  defineOperation('log'),
  defineOperation(THING_KINDS.make, { assignedId: (result) => (result as { readonly id: string }).id }),
  defineOperation(THING_KINDS.change),
  defineOperation(THING_KINDS.part, { references: ['/of'] }),
  defineOperation(THING_KINDS.drop, {
    coalesce: { cancels: [THING_KINDS.make], drops: [THING_KINDS.change] },
  }),
];
