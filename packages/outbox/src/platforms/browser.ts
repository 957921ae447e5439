import { fetchTransport, type FetchTransportOptions } from '@cpc/adapters';
import {
  BrowserNetworkMonitor,
  evidenceNetwork,
  HttpProbeMonitor,
  type EvidenceNetworkMonitorOptions,
  type HttpProbeMonitorOptions,
} from '@cpc/network';
import { indexedDbStorage, type IndexedDbStorageOptions } from '@cpc/storage-indexeddb';
import type { SyncPlugin } from '@cpc/sync-core';
import { createOutbox, type Outbox, type OutboxOptions } from '../create-outbox.js';

export { defineOperation, OperationPriority } from '@cpc/sync-core';
export type { Outbox, OutboxOptions } from '../create-outbox.js';

export interface BrowserPresetOptions {
  /** Name of the IndexedDB database; tabs and a service worker that name the same one share the queue. */
  readonly database: string;
  /** Where the receiver listens, see `FetchTransportOptions.endpoint`. */
  readonly endpoint: FetchTransportOptions['endpoint'];
  /** Asks a server whether it is reached. @defaultValue nobody is asked: the browser and real requests tell */
  readonly probe?: HttpProbeMonitorOptions;
  /** What else the storage should know. */
  readonly storage?: Omit<IndexedDbStorageOptions, 'name' | 'connect'>;
  /** What else the transport should know, its credentials for example. */
  readonly transport?: Omit<FetchTransportOptions, 'endpoint'>;
  /** How the browser's word, the probe and real requests are weighed. */
  readonly monitor?: EvidenceNetworkMonitorOptions;
}

/**
 * The plugins of a page: the queue in IndexedDB, operations sent by `fetch`, and a monitor that weighs what the
 * browser says with what requests, and the probe if there is one, have met.
 *
 * Needs `@cpc/storage-indexeddb` and `@cpc/adapters`. Options are checked when the plugins are wired.
 */
export function browserPreset(options: BrowserPresetOptions): readonly SyncPlugin[] {
  const { database, endpoint, probe, storage, transport, monitor } = options;
  const monitors = () => [
    new BrowserNetworkMonitor(),
    ...(probe === undefined ? [] : [new HttpProbeMonitor(probe)]),
  ];
  return [
    indexedDbStorage({ ...storage, name: database }),
    fetchTransport({ ...transport, endpoint }),
    evidenceNetwork(monitors, monitor),
  ];
}

/**
 * Opens a whole outbox: the parts of {@link browserPreset}, a queue and a worker, wired and started.
 *
 * ```ts
 * await using outbox = await openOutbox({ database: 'till', endpoint, operations: [sell] });
 * await outbox.queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
 * ```
 *
 * Rejects as `SyncQueue.open` does, and then leaves nothing open.
 *
 * @throws SyncError, TypeError or RangeError where an option is not what it should be; then nothing was opened
 */
export async function openOutbox(options: BrowserPresetOptions & OutboxOptions): Promise<Outbox> {
  const outbox = createOutbox({
    ...options,
    plugins: [...browserPreset(options), ...(options.plugins ?? [])],
  });
  await outbox.start();
  return outbox;
}
