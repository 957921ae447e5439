import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { webSocketReceiver, type WebSocketReceiverOptions } from '@cpc/server/web-socket';
import { WebSocketServer, type WebSocket } from 'ws';
import { liveReceiver, openReceiver, type LiveReceiver } from './live-receiver.js';

export interface LiveWebSocketReceiver extends LiveReceiver {
  /** `ws://127.0.0.1:<port>/operations` */
  readonly url: string;
  /** Sockets that are open at the server. */
  readonly sockets: ReadonlySet<WebSocket>;
}

/** The real receiver behind WebSockets. */
export async function startWebSocketReceiver(
  options?: WebSocketReceiverOptions,
): Promise<LiveWebSocketReceiver> {
  const open = openReceiver();
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: '/operations', maxPayload: 12_000_000 });
  const serve = webSocketReceiver(open.receiver, options);
  sockets.on('connection', serve);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const live = liveReceiver(open, {
    origin: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.close();
      await once(http, 'close');
    },
  });
  return Object.assign(live, { url: `ws://127.0.0.1:${port}/operations`, sockets: sockets.clients });
}
