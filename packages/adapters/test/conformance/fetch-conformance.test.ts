import { describe, test } from '@jest/globals';
import { toNodeHandler } from '@cpc/server';
import { transportCases } from '@cpc/testing';
import { startFaultProxy } from '@cpc/testing/proxy';
import { FetchTransport } from '../../src/index.js';
import { listen } from '../live-receiver.js';
import { MAX_BYTES } from './open-conformance-receiver.js';
import { transportHarness } from './transport-harness.js';

describe.each([
  ['one by one', 1, MAX_BYTES.single],
  ['in batches', 25, MAX_BYTES.batch],
])('FetchTransport, %s,', (_, maxBatchSize, maxPayloadBytes) => {
  const makeHarness = () =>
    transportHarness({
      serve: (receiver) => listen(toNodeHandler(receiver)),
      startProxy: (target, plan) => startFaultProxy({ target, plan }),
      connect: (origin, credentials) => ({
        transport: new FetchTransport({
          endpoint: `${origin}/operations`,
          whoami: `${origin}/operations/whoami`,
          credentials,
          maxBatchSize,
        }),
      }),
      maxPayloadBytes,
    });
  for (const { name, run } of transportCases(makeHarness)) test(name, run, 60_000);
});
