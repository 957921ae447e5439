// #region outcomes
import type { SyncQueue } from '@cpc/sync-core';

type Show = (text: string, result: unknown) => void;

/** Shows what became of operations since the position, a number to be kept where the app keeps its own. */
export async function catchUp(queue: SyncQueue, position: number, show: Show): Promise<number> {
  const { items, next } = await queue.outcomes({ after: position });
  for (const { kind, outcome, result } of items) show(`${kind}: ${outcome}`, result);
  return next > position ? catchUp(queue, next, show) : position;
}
// #endregion
