// #region container
import { fetchTransport } from '@cpc/adapters';
import { createSyncContainer } from '@cpc/container';
import { sqliteStorage } from '@cpc/storage-sqlite';
import { sell } from './operations.mjs';

export async function wire(file, endpoint) {
  const sync = createSyncContainer({
    plugins: [sqliteStorage({ file }), fetchTransport({ endpoint })],
    operations: [sell],
  });
  await sync.start();
  return sync; // { queue, worker, storage, transport, monitor, open, start, close }
}
// #endregion
