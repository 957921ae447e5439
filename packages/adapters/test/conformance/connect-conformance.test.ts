import { afterEach, beforeEach, describe, jest, test } from '@jest/globals';
import type { Transport as RpcTransport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createConnectTransport } from '@connectrpc/connect-web';
import { connectReceiver } from '@cpc/server/connect';
import { transportCases } from '@cpc/testing';
import { ConnectTransport } from '../../src/connect/index.js';
import { listenConnect } from '../live-connect-receiver.js';
import { httpHarness } from './http-harness.js';
import { MAX_BYTES } from './open-conformance-receiver.js';
import { connectProtocol, grpcProtocol } from './rpc-protocol.js';

const web = (baseUrl: string): RpcTransport => createConnectTransport({ baseUrl, useBinaryFormat: true });
const grpc = (baseUrl: string): RpcTransport => createGrpcTransport({ baseUrl });

beforeEach(() => {
  // connect-node prints every answer that could not be written; that is what some of the cases are about.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe.each([
  ['Connect one by one', 1, 1, web, connectProtocol],
  ['Connect in batches', 1, 25, web, connectProtocol],
  ['gRPC one by one', 2, 1, grpc, grpcProtocol],
  ['gRPC in batches', 2, 25, grpc, grpcProtocol],
] as const)('ConnectTransport, %s,', (_, version, maxBatchSize, rpcTransport, protocol) => {
  const makeHarness = () =>
    httpHarness({
      version,
      protocol,
      // connect-node 2 leaves the rest of such an answer unread, and its session takes no more streams then.
      unforged: version === 2 ? ['huge'] : [],
      maxPayloadBytes: MAX_BYTES.batch,
      serve: (receiver) => listenConnect(connectReceiver(receiver), version),
      connect: (origin, credentials) =>
        new ConnectTransport({ transport: rpcTransport(origin), credentials, maxBatchSize }),
    });
  for (const { name, run } of transportCases(makeHarness)) test(name, run, 60_000);
});
