import { describe, test } from '@jest/globals';
import { toNodeHandler } from '@cpc/server';
import { transportCases } from '@cpc/testing';
import { startFaultProxy } from '@cpc/testing/proxy';
import { FetchTransport } from '../../src/index.js';
import { MessagePortTransport, serveTransport } from '../../src/message-port/index.js';
import { listen } from '../live-receiver.js';
import { MAX_BYTES } from './open-conformance-receiver.js';
import { transportHarness } from './transport-harness.js';

/** The other end sends by fetch, so what the network does to it comes through the port. */
describe('MessagePortTransport', () => {
  const makeHarness = () =>
    transportHarness({
      serve: (receiver) => listen(toNodeHandler(receiver)),
      startProxy: (target, plan) => startFaultProxy({ target, plan }),
      connect: (origin, credentials) => {
        const { port1, port2 } = new MessageChannel();
        const endpoint = `${origin}/operations`;
        const served = serveTransport(
          port2,
          new FetchTransport({
            endpoint,
            whoami: `${endpoint}/whoami`,
            credentials,
            maxBatchSize: 25,
          }),
        );
        const close = (): void => {
          served.stop();
          port1.close();
        };
        return {
          transport: new MessagePortTransport(port1, { maxBatchSize: 25, keepsOrder: true, whoami: true }),
          close,
        };
      },
      maxPayloadBytes: MAX_BYTES.batch,
    });
  for (const { name, run } of transportCases(makeHarness)) test(name, run, 60_000);
});
