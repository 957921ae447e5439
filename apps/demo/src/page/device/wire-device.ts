import { fetchTransport } from '@cpc/adapters';
import { createSyncContainer, type SyncContainer } from '@cpc/container';
import { browserNetwork } from '@cpc/network';
import { indexedDbStorage } from '@cpc/storage-indexeddb';
import { OPERATIONS } from '../../shared/operations.js';
import type { DeviceNetwork } from './device-network.js';
import type { DeviceId } from './devices.js';

/** So many operations travel in one request. */
const BATCH = 500;

/** A request that hangs is given up after this time, in milliseconds; short, so that one need not wait for it. */
const PATIENCE_MS = 5000;

/** How the demo's server knows who asks. A real app puts a token here, fetched anew when it has run out. */
export const credentialsOf = (person: string): Record<string, string> => ({
  authorization: `Bearer ${person}`,
});

/** The wiring of a device: a database of its own in the browser, and HTTP to the server. */
export function wireDevice(device: DeviceId, network: DeviceNetwork): SyncContainer {
  return createSyncContainer({
    plugins: [
      indexedDbStorage({ name: `market-day-${device}` }),
      fetchTransport({
        endpoint: '/sync',
        fetch: network.send,
        maxBatchSize: BATCH,
        timeoutMs: PATIENCE_MS,
        credentials: (principal) => (principal === undefined ? undefined : credentialsOf(principal)),
      }),
      browserNetwork({ surroundings: network.cable.surroundings(window) }),
    ],
    operations: OPERATIONS,
    // One page asks one server, so there is no herd to spread out after an outage, and probes cost nobody anything.
    worker: { reconnectJitterMs: 100, offlineProbeMs: 3000, batchSize: BATCH },
  });
}
