import type { SyncQueue } from '@cpc/sync-core';

export async function catchUp(
  queue: SyncQueue,
  kept: { position: number },
  show: (text: string, result: unknown) => void,
) {
  // #region outcomes
  for (let isMore = true; isMore;) {
    const { items, next } = await queue.outcomes({ after: kept.position });
    for (const { kind, outcome, result } of items) show(`${kind}: ${outcome}`, result);
    isMore = next > kept.position;
    kept.position = next; // a number, to be kept where the app keeps its own
  }
  // #endregion
}
