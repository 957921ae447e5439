import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web';
import type { DeliveryOutcome, Operation, Transport } from '@cpc/sync-core';
import { ConnectTransport } from '../src/connect/index.js';
import { FetchTransport } from '../src/index.js';
import { MessagePortTransport, serveTransport, type ServedTransport } from '../src/message-port/index.js';
import { WebSocketTransport } from '../src/web-socket/index.js';

/** Each transport as a page uses it, with what the platform gives. */
function transports(origin: string): Readonly<Record<string, () => Transport>> {
  const baseUrl = origin;
  return {
    fetch: () => new FetchTransport({ endpoint: `${origin}/operations`, maxBatchSize: 25 }),
    connect: () => new ConnectTransport({ transport: createConnectTransport({ baseUrl }), maxBatchSize: 25 }),
    'grpc-web': () =>
      new ConnectTransport({ transport: createGrpcWebTransport({ baseUrl }), maxBatchSize: 25 }),
    'web-socket': () =>
      new WebSocketTransport({ url: `${origin.replace('http', 'ws')}/operations`, maxBatchSize: 25 }),
    'shared-worker': () => {
      const { port } = new SharedWorker('/worker.js', { type: 'module' });
      return new MessagePortTransport(port, { maxBatchSize: 25, keepsOrder: true });
    },
    'service-worker': () => {
      const { port1, port2 } = new MessageChannel();
      navigator.serviceWorker.controller?.postMessage('serve', [port2]);
      return new MessagePortTransport(port1, { maxBatchSize: 25, keepsOrder: true });
    },
  };
}

let served: ServedTransport | undefined;

export const app = {
  /** Has the service worker control this page. */
  async control(): Promise<void> {
    const controlled = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    await navigator.serviceWorker.register('/worker.js', { type: 'module' });
    await controlled;
  },

  async send(name: string, operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    const transport = transports(location.origin)[name]?.();
    if (transport === undefined) throw new TypeError(`no transport ${name}`);
    const { signal } = new AbortController();
    return transport.send(operations, { signal });
  },

  /** Serves to a port that nobody answers any more when `stop` is called. */
  async sendToNobody(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    const { port1, port2 } = new MessageChannel();
    served = serveTransport(port2, { send: () => new Promise(() => undefined) });
    const transport = new MessagePortTransport(port1, { heartbeatMs: 50, silenceMs: 200 });
    const outcomes = transport.send(operations, { signal: new AbortController().signal });
    served.stop();
    return outcomes;
  },
};

(globalThis as { app?: typeof app }).app = app;
