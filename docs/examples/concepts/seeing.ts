// #region seeing
import type { SyncQueue } from '@cpc/sync-core';

export async function tell(queue: SyncQueue, id: string, show: (text: string) => void): Promise<void> {
  queue.watch(id).subscribe(({ state }) => show(state)); // 'waiting', 'leased', …, 'acknowledged'
  queue.stats$.subscribe(({ total, byState }) => show(`${total} wait, ${byState.deadLetter} failed`));
  queue.events$.subscribe((event) => {
    if (event.type === 'deadLettered') show(`Not taken: ${event.failure.message}`);
  });
  const explanation = await queue.explain(id);
  show(explanation?.message ?? 'It has left the queue.'); // 'Waits for the network since 10:42.'
}
// #endregion
