import { describe, test } from '@jest/globals';
import { toNodeHandler } from '@cpc/server';
import { transportCases } from '@cpc/testing';
import { FetchTransport } from '../../src/index.js';
import { listen } from '../live-receiver.js';
import { httpHarness } from './http-harness.js';
import { MAX_BYTES } from './open-conformance-receiver.js';

describe.each([
  ['one by one', 1, MAX_BYTES.single],
  ['in batches', 25, MAX_BYTES.batch],
])('FetchTransport, %s,', (_, maxBatchSize, maxPayloadBytes) => {
  const makeHarness = () =>
    httpHarness({
      version: 1,
      maxPayloadBytes,
      serve: (receiver) => listen(toNodeHandler(receiver)),
      connect: (origin, credentials) =>
        new FetchTransport({ endpoint: `${origin}/operations`, credentials, maxBatchSize }),
    });
  for (const { name, run } of transportCases(makeHarness)) test(name, run, 60_000);
});
