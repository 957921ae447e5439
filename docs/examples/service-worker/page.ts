// #region page
import type { SyncQueue } from '@cpc/sync-core';

/** Background Sync, which TypeScript does not know yet. */
type Waking = ServiceWorkerRegistration & { readonly sync: { register(tag: string): Promise<void> } };

const canWake = (registration: ServiceWorkerRegistration): registration is Waking => 'sync' in registration;

/** Asks the browser to wake the service worker when there is a network, also when the page is gone by then. */
export async function deliverInBackground(queue: SyncQueue): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  if (!canWake(registration)) return; // Safari and Firefox: the page's own worker delivers while it is open.
  queue.events$.subscribe(({ type }) => {
    if (type === 'enqueued') void registration.sync.register('deliver').catch(() => undefined);
  });
}
// #endregion
