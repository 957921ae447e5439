import type { SyncPlugin } from '@cpc/sync-core';
import { WebSocketTransport } from './web-socket-transport.js';
import type { WebSocketTransportOptions } from './web-socket-transport-options.js';

/** A plugin that sends operations over a WebSocket, see {@link WebSocketTransport}. */
export const webSocketTransport = (options: WebSocketTransportOptions): SyncPlugin => ({
  name: 'web-socket-transport',
  transport: () => new WebSocketTransport(options),
});
