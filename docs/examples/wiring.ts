// #region container
import { fetchTransport } from '@cpc/adapters';
import { createSyncContainer, type SyncContainer } from '@cpc/container';
import { sqliteStorage } from '@cpc/storage-sqlite';
import { sell } from './operations.js';

export async function wire(file: string, endpoint: string): Promise<SyncContainer> {
  const sync = createSyncContainer({
    plugins: [sqliteStorage({ file }), fetchTransport({ endpoint })],
    operations: [sell],
  });
  await sync.start();
  return sync; // { queue, worker, storage, transport, monitor, open, start, close }
}
// #endregion
