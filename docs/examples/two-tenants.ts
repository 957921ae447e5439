// #region two-tenants
import { createSyncContainer, type SyncContainer } from '@cpc/container';
import { MemoryQueueStorage, type QueueStorage, type Transport } from '@cpc/sync-core';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { sell } from './operations.js';

interface Tenant {
  readonly tenant: string;
  readonly storage: QueueStorage;
  readonly transport: Transport;
}

/** One queue for one tenant: storage, transport and sign-in are its own, and nothing is shared. */
async function queueOf({ tenant, storage, transport }: Tenant): Promise<SyncContainer> {
  const sync = createSyncContainer({
    plugins: [
      { name: `storage of ${tenant}`, queueStorage: () => storage },
      { name: `transport of ${tenant}`, transport: () => transport },
    ],
    operations: [sell],
  });
  await sync.queue.signIn(tenant);
  return sync;
}

interface TwoTenants {
  readonly file: string;
  readonly transports: Readonly<Record<'market' | 'kiosk', Transport>>;
}

/** The market keeps its sales on the disk; the kiosk, which anybody may use, keeps nothing. */
export const twoTenants = async ({ file, transports }: TwoTenants) => ({
  market: await queueOf({
    tenant: 'market',
    storage: new SqliteQueueStorage({ file }),
    transport: transports.market,
  }),
  kiosk: await queueOf({ tenant: 'kiosk', storage: new MemoryQueueStorage(), transport: transports.kiosk }),
});
// #endregion
