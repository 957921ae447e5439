export async function tell(queue, id, show) {
  // #region seeing
  queue.watch(id).subscribe(({ state }) => show(state)); // 'waiting', 'leased', …, 'acknowledged'
  queue.stats$.subscribe(({ total, byState }) => show(`${total} wait, ${byState.deadLetter} failed`));
  queue.events$.subscribe((event) => {
    if (event.type === 'deadLettered') show(`Not taken: ${event.failure.message}`);
  });
  const explanation = await queue.explain(id);
  show(explanation.message); // 'Waits for the network since 10:42.'
  // #endregion
}
