/* global navigator */
// #region page
/** Asks the browser to wake the service worker when there is a network, also when the page is gone by then. */
export async function deliverInBackground(queue) {
  const registration = await navigator.serviceWorker.ready;
  if (!('sync' in registration)) return; // Safari and Firefox: the page's own worker delivers while it is open.
  queue.events$.subscribe(({ type }) => {
    if (type === 'enqueued') void registration.sync.register('deliver').catch(() => undefined);
  });
}
// #endregion
