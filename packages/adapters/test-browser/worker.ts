import { FetchTransport } from '../src/index.js';
import { serveTransport } from '../src/message-port/index.js';

/** A worker that sends for the pages: as a shared worker, or as a service worker that takes over at once. */
const scope = self as unknown as {
  readonly clients?: { claim(): Promise<void> };
  readonly skipWaiting?: () => Promise<void>;
  addEventListener(type: string, listener: (event: never) => void): void;
};

const serve = (port: MessagePort | undefined): void => {
  if (port === undefined) return;
  serveTransport(port, new FetchTransport({ endpoint: `${location.origin}/operations`, maxBatchSize: 25 }));
};

scope.addEventListener('connect', ({ ports }: MessageEvent) => serve(ports[0]));
scope.addEventListener('message', ({ ports }: MessageEvent) => serve(ports[0]));
scope.addEventListener('install', () => void scope.skipWaiting?.());
scope.addEventListener('activate', (event: { waitUntil(done: Promise<void> | undefined): void }) => {
  event.waitUntil(scope.clients?.claim());
});
