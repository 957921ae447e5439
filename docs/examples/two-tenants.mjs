// #region two-tenants
import { createSyncContainer } from '@cpc/container';
import { MemoryQueueStorage } from '@cpc/sync-core';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { sell } from './operations.mjs';

/** One queue for one tenant: storage, transport and sign-in are its own, and nothing is shared. */
function queueOf({ tenant, storage, transport }) {
  const sync = createSyncContainer({
    plugins: [
      { name: `storage of ${tenant}`, queueStorage: () => storage },
      { name: `transport of ${tenant}`, transport: () => transport },
    ],
    operations: [sell],
  });
  sync.queue.signIn(tenant);
  return sync;
}

/** The market keeps its sales on the disk; the kiosk, which anybody may use, keeps nothing. */
export const twoTenants = ({ file, transports }) => ({
  market: queueOf({
    tenant: 'market',
    storage: new SqliteQueueStorage({ file }),
    transport: transports.market,
  }),
  kiosk: queueOf({ tenant: 'kiosk', storage: new MemoryQueueStorage(), transport: transports.kiosk }),
});
// #endregion
