import { createServer } from 'node:http';
import { describe, test } from '@jest/globals';
import { webSocketReceiver } from '@cpc/server/web-socket';
import { transportCases } from '@cpc/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { WebSocketTransport } from '../../src/web-socket/index.js';
import { listenOn, type LiveServer } from '../live-receiver.js';
import { MAX_BYTES, type ConformanceReceiver } from './open-conformance-receiver.js';
import { startWebSocketFaultProxy } from './start-web-socket-fault-proxy.js';
import { transportHarness } from './transport-harness.js';

async function serve(receiver: ConformanceReceiver['receiver']): Promise<LiveServer> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: '/operations', maxPayload: 12_000_000 });
  sockets.on('connection', webSocketReceiver(receiver));
  const server = await listenOn(http);
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      await server[Symbol.asyncDispose]();
    },
  };
}

const open = (address: string, protocol: string): WebSocket => new WebSocket(address, protocol);

describe.each([
  ['one by one', 1],
  ['in batches', 25],
])('WebSocketTransport, %s,', (_, maxBatchSize) => {
  const makeHarness = () =>
    transportHarness({
      serve,
      startProxy: startWebSocketFaultProxy,
      connect: (origin, credentials) => {
        const url = `${origin.replace('http', 'ws')}/operations`;
        const transport = new WebSocketTransport({ url, open, credentials, maxBatchSize, whoami: true });
        return { transport, close: () => transport.close() };
      },
      maxPayloadBytes: MAX_BYTES.batch,
      without: ['redirect'],
    });
  for (const { name, run } of transportCases(makeHarness)) test(name, run, 60_000);
});
