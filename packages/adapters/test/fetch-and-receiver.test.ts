import { expect, test } from '@jest/globals';
import type { DeliveryOutcome, Operation } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { FetchTransport, type FetchTransportOptions } from '../src/index.js';
import { listen, startReceiver } from './live-receiver.js';
import { startLossyProxy, type Fault } from './lossy-proxy.js';
import { operation } from './operation.js';

const context = { signal: new AbortController().signal };

const add = (id: string, fields: Partial<Operation> = {}): Operation =>
  operation({ id, kind: 'add', payload: { name: id }, ...fields });

function transportTo(endpoint: string, options: Partial<FetchTransportOptions> = {}): FetchTransport {
  return new FetchTransport({ endpoint, ...options });
}

async function sendOne(transport: FetchTransport, sent: Operation): Promise<DeliveryOutcome> {
  const [outcome] = await transport.send([sent], context);
  return outcome!;
}

test.each(['lose-answer', 'tear-answer', 'lose-request'] as const)(
  'after %s the repeat is the same request on the wire, and there is one effect',
  async (fault) => {
    await using receiver = await startReceiver();
    const faults: Fault[] = [fault, 'pass', 'pass'];
    await using proxy = await startLossyProxy(receiver.port, () => faults.shift() ?? 'pass');
    const transport = transportTo(`${proxy.origin}/operations`);
    const sent = add('k', { entity: 'Käse', payloadJson: '{ "name": "k" }' });
    expect(await sendOne(transport, sent)).toMatchObject({
      kind: 'unreachable',
      reason: { code: 'NETWORK_UNREACHABLE' },
    });
    const again = await sendOne(transport, { ...sent, attempts: 1 });
    expect(again).toEqual({ kind: 'acknowledged', result: { name: 'k' } });
    expect(proxy.sent).toHaveLength(2);
    expect(proxy.sent[1]!.toString()).toBe(proxy.sent[0]!.toString());
    expect(receiver.effects()).toEqual([{ principal: 'anybody', entity: 'Käse', name: 'k' }]);
  },
);

test('of two requests with one key at the same time, one runs and the other comes again', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint);
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const both = [sendOne(transport, add('k')), sendOne(transport, add('k'))];
  const first = await Promise.race(both);
  expect(first).toMatchObject({ kind: 'retry', afterMs: 1_000, reason: { code: 'KEY_IN_USE', status: 409 } });
  open();
  const kinds = (await Promise.all(both)).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['acknowledged', 'retry']);
  expect(await sendOne(transport, add('k'))).toMatchObject({ kind: 'acknowledged' });
  expect(receiver.effects()).toHaveLength(1);
});

test('a key that is reused for other content is rejected', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint);
  await sendOne(transport, add('k'));
  const reused = await sendOne(transport, add('k', { payload: { name: 'other' } }));
  expect(reused).toMatchObject({ kind: 'rejected', reason: { code: 'KEY_REUSED', status: 422 } });
  expect(receiver.effects()).toHaveLength(1);
});

test.each([301, 302, 303, 307, 308])('a %i to another origin is given nothing', async (status) => {
  const heard: string[] = [];
  await using elsewhere = await listen((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('{"idempotencyKey":"k","status":200}');
  });
  await using server = await listen((_request, response) => {
    response.writeHead(status, { location: `${elsewhere.origin}/operations/add` }).end();
  });
  const transport = transportTo(server.origin, { credentials: () => ({ authorization: 'Bearer secret' }) });
  expect(await sendOne(transport, add('k'))).toMatchObject({ kind: 'unreachable' });
  expect(heard).toEqual([]);
});

test('a captive portal acknowledges nothing', async () => {
  await using portal = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<form>Accept our terms</form>');
  });
  for (const maxBatchSize of [1, 10]) {
    const outcome = await sendOne(transportTo(portal.origin, { maxBatchSize }), add('k'));
    expect(outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'NETWORK_CAPTIVE', status: 200 } });
  }
});

test('a server that is too slow is unreachable, and the repeat meets the one effect', async () => {
  await using receiver = await startReceiver();
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const outcome = await sendOne(transportTo(receiver.endpoint, { timeoutMs: 50 }), add('k'));
  expect(outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
  open();
  let again = await sendOne(transportTo(receiver.endpoint), add('k'));
  while (again.kind === 'retry') again = await sendOne(transportTo(receiver.endpoint), add('k'));
  expect(again.kind).toBe('acknowledged');
  expect(receiver.effects()).toHaveLength(1);
});

test('a server that is not there is unreachable', async () => {
  const server = await listen(() => undefined);
  await server[Symbol.asyncDispose]();
  const outcome = await sendOne(transportTo(server.origin), add('k'));
  expect(outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } });
  expect((outcome as { reason: { message: string } }).reason.message).toMatch(/ECONNREFUSED/);
});

test('a poisoned item of a batch holds its own entity alone', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint, { maxBatchSize: 10 });
  const outcomes = await transport.send(
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

test('a hostile item of a batch is found out, and the others go through', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint, { maxBatchSize: 10 });
  const hostile = [
    '{"name":"\\ud800"}',
    '{"__proto__":{"polluted":true}}',
    '['.repeat(5_000) + ']'.repeat(5_000),
  ];
  const operations = hostile.map((payloadJson, index) => add(`hostile-${index}`, { payloadJson }));
  const outcomes = await transport.send([add('a'), ...operations, add('z')], context);
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'acknowledged',
    'rejected',
    'rejected',
    'rejected',
    'acknowledged',
  ]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('an item that is too large for the receiver’s batches is halved out', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint, { maxBatchSize: 10, maxBatchBytes: 10_000_000 });
  const large = add('large', { payload: { name: 'x'.repeat(4_000_000) } });
  const outcomes = await transport.send([add('a'), add('b'), large, add('c')], context);
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'acknowledged',
    'acknowledged',
    'rejected',
    'acknowledged',
  ]);
  expect(receiver.effects().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test.each([1, 10])(
  'a conflict comes back with the record, and the winner goes out against it (batches of %i)',
  async (maxBatchSize) => {
    await using receiver = await startReceiver();
    const transport = transportTo(receiver.endpoint, { maxBatchSize });
    const rename = (id: string, name: string, baseVersion?: string): Operation =>
      operation({
        id,
        kind: 'rename',
        entity: 'stall',
        payload: { name },
        ...(baseVersion !== undefined && { baseVersion }),
      });
    expect(await sendOne(transport, rename('1', 'Fish'))).toEqual({ kind: 'acknowledged', version: '1' });
    expect(await sendOne(transport, rename('2', 'Fruit', '1'))).toEqual({
      kind: 'acknowledged',
      version: '2',
      previousVersion: '1',
    });
    const lost = await sendOne(transport, rename('3', 'Flowers', '1'));
    expect(lost).toEqual({ kind: 'conflict', remote: { value: { name: 'Fruit' }, version: '2' } });
    expect(await sendOne(transport, rename('3', 'Flowers', '2'))).toEqual({
      kind: 'acknowledged',
      version: '3',
      previousVersion: '2',
    });
    expect(receiver.effects().map(({ name }) => name)).toEqual(['Fish', 'Fruit', 'Flowers']);
  },
);

test('each principal’s operations go under their own credentials, in one send and with one key', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint, {
    maxBatchSize: 10,
    credentials: (principal) => ({ authorization: `Bearer ${principal ?? 'nobody'}` }),
  });
  const outcomes = await transport.send(
    [add('k', { principal: 'ann' }), add('k', { principal: 'bob' }), add('l', { principal: 'ann' })],
    context,
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'acknowledged', 'acknowledged']);
  expect(receiver.effects().map(({ principal, name }) => [principal, name])).toEqual([
    ['ann', 'k'],
    ['bob', 'k'],
    ['ann', 'l'],
  ]);
});

test('credentials that the server does not take are a matter of signing in', async () => {
  await using receiver = await startReceiver();
  const transport = transportTo(receiver.endpoint, { credentials: () => ({ authorization: 'none' }) });
  const outcome = await sendOne(transport, add('k'));
  expect(outcome).toMatchObject({
    kind: 'unauthenticated',
    reason: { code: 'UNAUTHENTICATED', status: 401 },
  });
  expect(receiver.effects()).toEqual([]);
});

test.each([
  ['one by one', 1],
  ['in batches', 25],
])(
  '500 operations %s with half of the answers lost make 500 effects, in order',
  async (_, maxBatchSize) => {
    await using receiver = await startReceiver();
    const random = new SeededRandom(7);
    const faults = ['lose-request', 'lose-answer', 'tear-answer'] as const;
    await using proxy = await startLossyProxy(receiver.port, () =>
      random.chance(0.5) ? 'pass' : random.pick(faults),
    );
    const transport = transportTo(`${proxy.origin}/operations`, {
      maxBatchSize,
      // A fresh connection for each request, so that each has its own fault.
      fetch: (input, init) => fetch(input, { ...init, headers: closing(init) }),
    });
    let waiting = Array.from({ length: 500 }, (_unused, index) =>
      add(`k${index}`, { entity: `e${index % 10}`, payload: { name: String(index) } }),
    );
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatchSize);
      const outcomes = await transport.send(batch, context);
      const left = batch.filter((_unused, index) => outcomes[index]!.kind !== 'acknowledged');
      waiting = [...left, ...waiting.slice(batch.length)];
    }
    const effects = receiver.effects();
    expect(effects.map(({ name }) => Number(name))).toEqual(
      Array.from({ length: 500 }, (_unused, index) => index),
    );
    expect(proxy.sent.length).toBeGreaterThan(500 / maxBatchSize);
    const bytes = proxy.sent.map(String).filter((request) => request.includes('"k0"'));
    expect(new Set(bytes.map((request) => request.split('\r\n\r\n')[1])).size).toBe(1);
  },
  120_000,
);

function closing(init: RequestInit | undefined): Headers {
  const headers = new Headers(init?.headers);
  headers.set('connection', 'close');
  return headers;
}
