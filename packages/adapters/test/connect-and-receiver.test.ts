import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type Interceptor, type Transport as RpcTransport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { createConnectTransport as createWebTransport } from '@connectrpc/connect-web';
import type { DeliveryOutcome, Operation } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ConnectTransport, type ConnectTransportOptions } from '../src/connect/index.js';
import { DeliveryService, RetryInfoSchema } from '@cpc/protocol/protobuf';
import { listenConnect, startConnectReceiver } from './live-connect-receiver.js';
import { listen } from './live-receiver.js';
import { startLossyProxy, type Fault } from './lossy-proxy.js';
import { operation } from './operation.js';

const context = { signal: new AbortController().signal };

const add = (id: string, fields: Partial<Operation> = {}): Operation =>
  operation({ id, kind: 'add', payload: { name: id }, ...fields });

const grpc = (baseUrl: string, interceptors: Interceptor[] = []): RpcTransport =>
  createGrpcTransport({ baseUrl, interceptors });

const transportTo = (origin: string, options: Partial<ConnectTransportOptions> = {}): ConnectTransport =>
  new ConnectTransport({ transport: grpc(origin), ...options });

beforeEach(() => {
  // connect-node prints every answer that could not be written; that is what some of these tests are about.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => {
  jest.restoreAllMocks();
});

async function sendOne(transport: ConnectTransport, sent: Operation): Promise<DeliveryOutcome> {
  const [outcome] = await transport.send([sent], context);
  return outcome!;
}

const protocols: [string, 1 | 2, (baseUrl: string) => RpcTransport][] = [
  ['gRPC', 2, (baseUrl) => grpc(baseUrl)],
  ['gRPC-Web', 1, (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  ['Connect of connect-node', 1, (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' })],
  ['Connect of connect-web', 1, (baseUrl) => createWebTransport({ baseUrl })],
];

describe.each(protocols)('over %s', (_, version, rpcTransport) => {
  test.each([1, 10])('operations come through in batches of %i, and have one effect each', async (size) => {
    await using receiver = await startConnectReceiver(version);
    const transport = new ConnectTransport({
      transport: rpcTransport(receiver.origin),
      maxBatchSize: size,
      credentials: (principal) => ({ authorization: `Bearer ${principal ?? 'anybody'}` }),
    });
    const sent = [add('a', { entity: 'Käse' }), add('b', { principal: 'bob' }), add('c', { entity: 'Käse' })];
    for (let repeat = 0; repeat < 2; repeat++) {
      expect(await transport.send(sent, context)).toEqual([
        { kind: 'acknowledged', result: { name: 'a' } },
        { kind: 'acknowledged', result: { name: 'b' } },
        { kind: 'acknowledged', result: { name: 'c' } },
      ]);
    }
    expect(receiver.effects()).toEqual([
      { principal: 'anybody', entity: 'Käse', name: 'a' },
      { principal: 'bob', entity: null, name: 'b' },
      { principal: 'anybody', entity: 'Käse', name: 'c' },
    ]);
  });

  test.each([1, 10])('a refusal comes through with its reason, in batches of %i', async (maxBatchSize) => {
    await using receiver = await startConnectReceiver(version);
    const transport = new ConnectTransport({ transport: rpcTransport(receiver.origin), maxBatchSize });
    expect(await sendOne(transport, add('poison'))).toEqual({
      kind: 'rejected',
      reason: expect.objectContaining({ code: 'POISON', message: 'Not this one.', status: 422 }),
    });
    expect(receiver.effects()).toEqual([]);
  });
});

test('asks for less over gRPC where the answer to a batch is too large, so that it comes through', async () => {
  await using receiver = await startConnectReceiver(2);
  const transport = createGrpcTransport({ baseUrl: receiver.origin, readMaxBytes: 60 });
  const sent = ['a', 'b', 'c', 'd'].map((id) => add(id));
  const outcomes = await new ConnectTransport({ transport }).send(sent, context);
  expect(outcomes.map(({ kind }) => kind)).toEqual(sent.map(() => 'acknowledged'));
  expect(receiver.effects()).toHaveLength(4);
});

test.each([1, 10])('a conflict comes back with the record (batches of %i)', async (maxBatchSize) => {
  await using receiver = await startConnectReceiver();
  const transport = transportTo(receiver.origin, { maxBatchSize });
  const rename = (id: string, name: string, baseVersion?: string): Operation =>
    operation({ id, kind: 'rename', entity: 'stall', payload: { name }, baseVersion });
  expect(await sendOne(transport, rename('1', 'Fish'))).toEqual({ kind: 'acknowledged', version: '1' });
  expect(await sendOne(transport, rename('2', 'Flowers', '7'))).toEqual({
    kind: 'conflict',
    remote: { value: { name: 'Fish' }, version: '1' },
  });
});

test.each([1, 10])('a key that is still running asks to come again (batches of %i)', async (maxBatchSize) => {
  await using receiver = await startConnectReceiver();
  const transport = transportTo(receiver.origin, { maxBatchSize });
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const both = [sendOne(transport, add('k')), sendOne(transport, add('k'))];
  expect(await Promise.race(both)).toMatchObject({
    kind: 'retry',
    afterMs: 1_000,
    reason: { code: 'KEY_IN_USE', status: 409 },
  });
  open();
  await Promise.all(both);
  expect(receiver.effects()).toHaveLength(1);
});

test('a poisoned item of a batch holds its own entity alone', async () => {
  await using receiver = await startConnectReceiver();
  const outcomes = await transportTo(receiver.origin).send(
    [
      add('a1', { entity: 'a' }),
      add('poison', { entity: 'a' }),
      add('a3', { entity: 'a' }),
      add('b1', { entity: 'b' }),
    ],
    context,
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'rejected', 'skipped', 'acknowledged']);
  expect(receiver.effects().map(({ name }) => name)).toEqual(['a1', 'b1']);
});

test('a payload that is not one JSON value cannot pose as several items', async () => {
  await using receiver = await startConnectReceiver();
  const forged = '1},{"idempotencyKey":"forged","kind":"add","payload":{"name":"forged"}';
  const outcomes = await transportTo(receiver.origin).send(
    [add('k', { payloadJson: forged }), add('l')],
    context,
  );
  expect(outcomes).toMatchObject([
    { kind: 'rejected', reason: { code: 'OPERATION_MALFORMED' } },
    { kind: 'acknowledged' },
  ]);
  expect(receiver.effects().map(({ name }) => name)).toEqual(['l']);
});

test('an item that is too large for the receiver’s batches is halved out', async () => {
  await using receiver = await startConnectReceiver();
  const transport = transportTo(receiver.origin, { maxBatchBytes: 10_000_000 });
  const large = add('large', { payload: { name: 'x'.repeat(4_000_000) } });
  const outcomes = await transport.send([add('a'), large, add('c')], context);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'rejected', 'acknowledged']);
});

test.each([1, 10])('credentials that the receiver does not take are a matter of signing in', async (size) => {
  await using receiver = await startConnectReceiver();
  const options = { maxBatchSize: size, credentials: () => ({ authorization: 'none' }) };
  expect(await sendOne(transportTo(receiver.origin, options), add('k'))).toMatchObject({
    kind: 'unauthenticated',
    reason: { code: 'UNAUTHENTICATED', status: 401 },
  });
});

test('credentials are asked for anew at each call, and none means that nothing is sent', async () => {
  await using receiver = await startConnectReceiver();
  const tokens: (string | undefined)[] = ['ann', undefined, 'bob'];
  const transport = transportTo(receiver.origin, {
    credentials: () => {
      const token = tokens.shift();
      return token === undefined ? undefined : { authorization: `Bearer ${token}` };
    },
  });
  const kinds = [];
  for (const id of ['1', '2', '3']) kinds.push((await sendOne(transport, add(id))).kind);
  expect(kinds).toEqual(['acknowledged', 'unauthenticated', 'acknowledged']);
  expect(receiver.effects().map(({ principal }) => principal)).toEqual(['ann', 'bob']);
});

test('credentials that cannot be had now are an outage, not a refusal', async () => {
  const credentials = () => Promise.reject(new Error('no token now'));
  expect(await sendOne(transportTo('http://127.0.0.1:1', { credentials }), add('k'))).toMatchObject({
    kind: 'unreachable',
    reason: { code: 'NETWORK_UNREACHABLE' },
  });
});

test.each(['lose-answer', 'tear-answer', 'lose-request'] as const)(
  'after %s the effect is unknown, the repeat is the same message, and there is one effect',
  async (fault) => {
    await using receiver = await startConnectReceiver(1);
    const faults: Fault[] = [fault, 'pass'];
    await using proxy = await startLossyProxy(receiver.port, () => faults.shift() ?? 'pass');
    const transport = new ConnectTransport({ transport: createWebTransport({ baseUrl: proxy.origin }) });
    const sent = add('k', { payloadJson: '{ "name": "k" }' });
    expect((await sendOne(transport, sent)).kind).toBe('unreachable');
    expect(await sendOne(transport, { ...sent, attempts: 1 })).toMatchObject({ kind: 'acknowledged' });
    const bodies = proxy.sent.map((request) => request.toString().split('\r\n\r\n')[1]);
    expect(bodies[1]).toBe(bodies[0]);
    expect(bodies[0]).toContain(Buffer.from('{ "name": "k" }').toString('base64').slice(0, 8));
    expect(receiver.effects()).toHaveLength(1);
  },
);

test('200 operations over gRPC with half of the answers lost make 200 effects, in order', async () => {
  await using receiver = await startConnectReceiver();
  const random = new SeededRandom(7);
  const faults = ['lose-request', 'lose-answer', 'tear-answer'] as const;
  await using proxy = await startLossyProxy(receiver.port, () =>
    random.chance(0.5) ? 'pass' : random.pick(faults),
  );
  let waiting = Array.from({ length: 200 }, (_unused, index) => add(`k${index}`, { entity: 'e' }));
  while (waiting.length > 0) {
    // A connection of its own for each send, so that each has its own fault.
    const outcomes = await transportTo(proxy.origin).send(waiting.slice(0, 10), context);
    waiting = waiting.filter((_unused, index) => outcomes[index]?.kind !== 'acknowledged');
  }
  expect(receiver.effects().map(({ name }) => name)).toEqual(
    Array.from({ length: 200 }, (_unused, index) => `k${index}`),
  );
  expect(proxy.sent.length).toBeGreaterThan(30);
}, 60_000);

test('a call that takes too long is given up, and its effect is unknown', async () => {
  await using receiver = await startConnectReceiver();
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const clock = new ManualClock();
  let reached: () => void = () => undefined;
  const underWay = new Promise<void>((resolve) => (reached = resolve));
  const transport = transportTo(receiver.origin, {
    clock,
    timeoutMs: 5_000,
    credentials: () => {
      reached();
      return {};
    },
  });
  const outcome = sendOne(transport, add('k'));
  await underWay;
  await clock.advance(5_000);
  expect(await outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
  open();
});

test('a send that is aborted ends with it', async () => {
  await using receiver = await startConnectReceiver();
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const controller = new AbortController();
  const outcomes = transportTo(receiver.origin).send([add('k')], { signal: controller.signal });
  controller.abort(new Error('enough'));
  expect(await outcomes).toMatchObject([{ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } }]);
  open();
});

test.each([
  ['a portal’s page', 200, 'text/html', '<form>Accept our terms</form>'],
  ['a portal’s JSON', 200, 'application/json', '{"ok":true}'],
  ['a firewall’s 403', 403, 'text/html', 'Forbidden'],
  ['a gateway’s 502', 502, 'text/html', 'Bad gateway'],
  ['a wrong address', 404, 'text/plain', 'Not found'],
  ['somebody’s JSON error', 400, 'application/json', '{"code":"invalid_argument","message":"no"}'],
])('%s neither acknowledges nor refuses anything', async (_, status, type, body) => {
  await using server = await listen((_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  for (const maxBatchSize of [1, 10]) {
    const rpc = createWebTransport({ baseUrl: server.origin, useBinaryFormat: true });
    const json = createWebTransport({ baseUrl: server.origin });
    for (const transport of [rpc, json]) {
      expect(await sendOne(new ConnectTransport({ transport, maxBatchSize }), add('k'))).toMatchObject({
        kind: 'unreachable',
      });
    }
  }
});

test('a redirect to another origin is given nothing', async () => {
  const heard: string[] = [];
  await using elsewhere = await listen((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  await using server = await listen((request, response) => {
    response.writeHead(307, { location: `${elsewhere.origin}${request.url}` }).end();
  });
  const credentials = () => ({ authorization: 'Bearer secret' });
  for (const rpc of [createWebTransport, createConnectTransport] as const) {
    const transport = rpc({ baseUrl: server.origin, httpVersion: '1.1' });
    const outcome = await sendOne(new ConnectTransport({ transport, credentials }), add('k'));
    expect(outcome).toMatchObject({ kind: 'unreachable' });
  }
  expect(heard).toEqual([]);
});

/** A server of the service that does not attach problems. */
const answering = (error: ConnectError) =>
  listenConnect((router) => {
    router.service(DeliveryService, {
      deliver: () => Promise.reject(error),
      deliverBatch: () => Promise.reject(error),
    });
  }, 2);

test('a server without problems is believed where the app recognises it', async () => {
  await using server = await answering(new ConnectError('no', Code.InvalidArgument));
  expect((await sendOne(transportTo(server.origin), add('k'))).kind).toBe('unreachable');
  const recognise = (error: ConnectError) => error.rawMessage === 'no';
  expect(await sendOne(transportTo(server.origin, { recognise }), add('k'))).toMatchObject({
    kind: 'rejected',
    reason: { code: 'REJECTED' },
  });
});

test('google.rpc.RetryInfo tells how long to wait', async () => {
  const value = create(RetryInfoSchema, { retryDelay: { seconds: 2n, nanos: 500_000_001 } });
  for (const code of [Code.ResourceExhausted, Code.Unavailable]) {
    const error = new ConnectError('later', code, undefined, [{ desc: RetryInfoSchema, value }]);
    await using server = await answering(error);
    expect(await sendOne(transportTo(server.origin), add('k'))).toMatchObject({
      kind: 'retry',
      afterMs: 2_501,
      reason: { code: 'SERVER_RETRY' },
    });
  }
});

test.each([1, 10])('an answer with another operation’s key acknowledges nothing', async (maxBatchSize) => {
  const acknowledgement = { idempotencyKey: 'other' };
  const answer = { case: 'acknowledgement', value: acknowledgement } as const;
  await using server = await listenConnect((router) => {
    router.service(DeliveryService, {
      deliver: () => ({ acknowledgement }),
      deliverBatch: () => ({ answers: [{ answer }] }),
    });
  }, 2);
  expect(await sendOne(transportTo(server.origin, { maxBatchSize }), add('k'))).toMatchObject({
    kind: 'unreachable',
    reason: { code: 'NETWORK_CAPTIVE' },
  });
});

test.each(protocols)('a server that is not there is unreachable over %s', async (_, _version, rpc) => {
  const server = await listen(() => undefined);
  await server[Symbol.asyncDispose]();
  const transport = new ConnectTransport({ transport: rpc(server.origin) });
  expect(await sendOne(transport, add('k'))).toMatchObject({
    kind: 'unreachable',
    reason: { code: 'NETWORK_UNREACHABLE' },
  });
});
