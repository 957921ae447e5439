import { afterEach, beforeEach, describe, jest, test } from '@jest/globals';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { createConnectTransport } from '@connectrpc/connect-web';
import { connectReceiver } from '@cpc/server/connect';
import { type FaultPlan, transportCases } from '@cpc/testing';
import { startFaultProxy, startHttp2FaultProxy } from '@cpc/testing/proxy';
import { boundedFetch, ConnectTransport } from '../../src/connect/index.js';
import { listenConnect } from '../live-connect-receiver.js';
import { MAX_BYTES } from './open-conformance-receiver.js';
import { connectProtocol, grpcProtocol } from './rpc-protocol.js';
import { transportHarness, type TransportSetting } from './transport-harness.js';

beforeEach(() => {
  // connect-node prints every answer that could not be written; that is what some of the cases are about.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const connect = (maxBatchSize: number): TransportSetting => ({
  serve: (receiver) => listenConnect(connectReceiver(receiver), 1),
  startProxy: (target: string, plan: FaultPlan) =>
    startFaultProxy({ target, plan, protocol: connectProtocol }),
  connect: (baseUrl, credentials) => {
    const transport = createConnectTransport({ baseUrl, useBinaryFormat: true, fetch: boundedFetch() });
    return { transport: new ConnectTransport({ transport, credentials, maxBatchSize, whoami: true }) };
  },
  maxPayloadBytes: MAX_BYTES.batch,
});

const grpc = (maxBatchSize: number): TransportSetting => ({
  serve: (receiver) => listenConnect(connectReceiver(receiver), 2),
  startProxy: (target: string, plan: FaultPlan) =>
    startHttp2FaultProxy({ target, plan, protocol: grpcProtocol }),
  connect: (baseUrl, credentials) => {
    const sessionManager = new Http2SessionManager(baseUrl);
    const transport = createGrpcTransport({ baseUrl, sessionManager, readMaxBytes: 4_000_000 });
    // connect-node 2 leaves the rest of a bad answer unread, and its session takes no more streams then.
    const reconnect = (): void => sessionManager.abort();
    return {
      transport: new ConnectTransport({ transport, reconnect, credentials, maxBatchSize, whoami: true }),
    };
  },
  maxPayloadBytes: MAX_BYTES.batch,
});

describe.each([
  ['Connect one by one', connect(1)],
  ['Connect in batches', connect(25)],
  ['gRPC one by one', grpc(1)],
  ['gRPC in batches', grpc(25)],
])('ConnectTransport, %s,', (_, setting) => {
  for (const { name, run } of transportCases(() => transportHarness(setting))) test(name, run, 60_000);
});
