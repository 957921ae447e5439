import type { Coalescence } from '../ports/queue-storage.js';

/** See `CoalesceRule`. */
export interface CancelRule {
  readonly cancels: readonly string[];
  readonly drops?: readonly string[];
}

/**
 * What an operation that ends a thing makes of the unsent end of its lane. Where the beginning of the thing is among
 * it, nothing of the thing is left to send. Otherwise the server may have the thing: changes that were not sent are
 * needless, and the operation itself goes.
 *
 * @param unsent - the tail of the lane and the kinds ahead of it, the latest first; taken no further than needed
 * @param isChange - whether a kind may change a thing that the server has, though the rule lists it under `cancels`
 */
export function cancelledBy(
  { cancels, drops = [] }: CancelRule,
  unsent: Iterable<{ readonly kind: string }>,
  isChange: (kind: string) => boolean,
): Coalescence {
  let walked = 0;
  let untilBeginning = 0;
  for (const { kind } of unsent) {
    const isListed = cancels.includes(kind);
    if (!isListed && !drops.includes(kind)) break;
    walked++;
    if (isListed && !isChange(kind)) untilBeginning = walked;
  }
  if (untilBeginning > 0) return { kind: 'cancelled', count: untilBeginning };
  return walked > 0 ? { kind: 'dropped', count: walked } : { kind: 'none' };
}
