import type { SyncPlugin } from '@cpc/sync-core';
import { FetchTransport } from './fetch-transport.js';
import type { FetchTransportOptions } from './fetch-transport-options.js';

/** A plugin that sends operations as JSON over HTTP, see {@link FetchTransport}. */
export const fetchTransport = (options: FetchTransportOptions): SyncPlugin => ({
  name: 'fetch-transport',
  transport: () => new FetchTransport(options),
});
