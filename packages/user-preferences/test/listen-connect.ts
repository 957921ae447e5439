import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';

export interface LiveServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly port: number;
}

/** Routes behind HTTP/1.1, as browsers reach them without TLS, or behind HTTP/2, as gRPC wants it. */
export async function listenConnect(
  routes: (router: ConnectRouter) => void,
  version: 1 | 2,
): Promise<LiveServer> {
  const handler = connectNodeAdapter({ routes });
  const sessions = new Set<ServerHttp2Session>();
  const server: Server = version === 1 ? createHttpServer(handler) : createHttp2Server(handler);
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      if ('closeAllConnections' in server) (server as { closeAllConnections(): void }).closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
