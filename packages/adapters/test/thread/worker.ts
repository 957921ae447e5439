import { parentPort, workerData } from 'node:worker_threads';
import { FetchTransport } from '../../src/index.js';
import { serveTransport } from '../../src/message-port/index.js';

/** A thread that sends for others; it hangs for good when it is told to. */
const { port, endpoint } = workerData as { readonly port: MessagePort; readonly endpoint: string };
serveTransport(port, new FetchTransport({ endpoint, maxBatchSize: 10 }));
parentPort?.on('message', () => {
  for (;;);
});
