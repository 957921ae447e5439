import type { SyncPlugin } from '@cpc/sync-core';
import { ConnectTransport } from './connect-transport.js';
import type { ConnectTransportOptions } from './connect-transport-options.js';

/** A plugin that sends operations by gRPC or Connect, see {@link ConnectTransport}. */
export const connectTransport = (options: ConnectTransportOptions): SyncPlugin => ({
  name: 'connect-transport',
  transport: () => new ConnectTransport(options),
});
