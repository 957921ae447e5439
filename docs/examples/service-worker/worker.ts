// #region worker
import { createSyncContainer } from '@cpc/container';
import { serviceWorkerPreset } from '@cpc/container/service-worker';
import { sell } from '../operations.js';

/** A browser gives a `sync` event some minutes at the most; half a minute is kind to the battery. */
const BUDGET_MS = 30_000;

/** Events may overlap, so each has a container of its own. */
async function deliver(): Promise<void> {
  const sync = createSyncContainer({
    plugins: serviceWorkerPreset({ database: 'market-day', endpoint: '/operations' }), // as the pages name them
    operations: [sell],
  });
  try {
    await sync.open(); // not start(), which leaves a worker behind that waits for more
    await sync.worker.drain({ deadline: Date.now() + BUDGET_MS });
    const { waiting, scheduled } = (await sync.queue.stats()).byState;
    // A rejected promise makes the browser come back later, with a backoff of its own.
    if (waiting + scheduled > 0) throw new Error(`${waiting + scheduled} operations still wait`);
  } finally {
    await sync.close();
  }
}

/** Background Sync, which TypeScript does not know yet. */
type SyncEvent = Event & { readonly tag: string; waitUntil(work: Promise<unknown>): void };

self.addEventListener('sync', (woken) => {
  const event = woken as SyncEvent;
  if (event.tag === 'deliver') event.waitUntil(deliver());
});
// #endregion
