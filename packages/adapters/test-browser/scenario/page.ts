import { createConnectTransport } from '@connectrpc/connect-web';
import { ConnectTransport } from '../../src/connect/index.js';
import { deliverAll } from './scenario.js';

/** What the test reaches from outside. */
export const scenario = {
  deliverAll: () =>
    deliverAll(
      new ConnectTransport({
        transport: createConnectTransport({ baseUrl: location.origin, useBinaryFormat: true }),
        maxBatchSize: 1,
        timeoutMs: 1_000,
      }),
    ),
};

(globalThis as { scenario?: typeof scenario }).scenario = scenario;
