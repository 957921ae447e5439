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
 * Needs `@cpc/storage-indexeddb` and `@cpc/adapters`. As with every plugin, options are checked when the container
 * is built.
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
