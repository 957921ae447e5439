// #region service-worker
import { createSyncContainer } from '@cpc/container';
import { serviceWorkerPreset } from '@cpc/container/service-worker';
import { sell } from './operations.js';

/** For `event.waitUntil(deliver(endpoint))` in a `sync` event. */
export async function deliver(endpoint: string): Promise<void> {
  const sync = createSyncContainer({
    plugins: serviceWorkerPreset({ database: 'till', endpoint }),
    operations: [sell],
  });
  try {
    await sync.open(); // not start(), which leaves a worker behind that waits for more
    await sync.worker.drain({ deadline: Date.now() + 30_000 });
  } finally {
    await sync.close();
  }
}
// #endregion
