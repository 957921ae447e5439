import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { DeliveryOutcome, Operation } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { WebSocket } from 'ws';
import { WebSocketTransport, type WebSocketTransportOptions } from '../src/web-socket/index.js';
import { listen } from './live-receiver.js';
import { startWebSocketReceiver } from './live-web-socket-receiver.js';
import { startLossyProxy, type Fault } from './lossy-proxy.js';
import { operation } from './operation.js';

const context = { signal: new AbortController().signal };

const add = (id: string, fields: Partial<Operation> = {}): Operation =>
  operation({ id, kind: 'add', payload: { name: id }, ...fields });

function transportTo(url: string, options: Partial<WebSocketTransportOptions> = {}): WebSocketTransport {
  const open = (address: string, protocol: string): WebSocket => new WebSocket(address, protocol);
  return new WebSocketTransport({ url, open, ...options });
}

async function sendOne(transport: WebSocketTransport, sent: Operation): Promise<DeliveryOutcome> {
  const [outcome] = await transport.send([sent], { signal: new AbortController().signal });
  return outcome!;
}

test('operations of several principals share one socket, each under their own credentials', async () => {
  await using receiver = await startWebSocketReceiver();
  using transport = transportTo(receiver.url, {
    credentials: (principal) => ({ authorization: `Bearer ${principal ?? 'nobody'}` }),
  });
  const outcomes = await transport.send(
    [add('k', { principal: 'ann', entity: 'Käse' }), add('k', { principal: 'bob' })],
    context,
  );
  expect(outcomes).toEqual([
    { kind: 'acknowledged', result: { name: 'k' } },
    { kind: 'acknowledged', result: { name: 'k' } },
  ]);
  expect(receiver.effects().map(({ principal, entity }) => [principal, entity])).toEqual([
    ['ann', 'Käse'],
    ['bob', null],
  ]);
  expect(receiver.sockets.size).toBe(1);
});

test('requests at the same time share one socket, and each gets its own answer', async () => {
  await using receiver = await startWebSocketReceiver();
  using transport = transportTo(receiver.url);
  const ids = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const outcomes = await Promise.all(ids.map((id) => sendOne(transport, add(id))));
  expect(outcomes).toEqual(ids.map((name) => ({ kind: 'acknowledged', result: { name } })));
  expect(receiver.sockets.size).toBe(1);
});

test('a poisoned item holds its own entity alone, and a conflict brings the record', async () => {
  await using receiver = await startWebSocketReceiver();
  using transport = transportTo(receiver.url);
  const rename = (id: string, baseVersion?: string): Operation =>
    operation({ id, kind: 'rename', entity: 'stall', payload: { name: id }, baseVersion });
  const outcomes = await transport.send(
    [
      add('a1', { entity: 'a' }),
      add('poison', { entity: 'a' }),
      add('a3', { entity: 'a' }),
      rename('Fish'),
      rename('Fruit', '7'),
    ],
    context,
  );
  expect(outcomes).toMatchObject([
    { kind: 'acknowledged' },
    { kind: 'rejected', reason: { code: 'POISON', status: 422 } },
    { kind: 'skipped' },
    { kind: 'acknowledged', version: '1' },
    { kind: 'conflict', remote: { value: { name: 'Fish' }, version: '1' } },
  ]);
});

test('an item that is too large for the receiver’s batches is halved out', async () => {
  await using receiver = await startWebSocketReceiver();
  using transport = transportTo(receiver.url, { maxBatchBytes: 10_000_000 });
  const large = add('large', { payload: { name: 'x'.repeat(4_000_000) } });
  const outcomes = await transport.send([add('a'), large, add('c')], context);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'rejected', 'acknowledged']);
});

test('credentials that the receiver does not take, or none at all, are a matter of signing in', async () => {
  await using receiver = await startWebSocketReceiver();
  using refused = transportTo(receiver.url, { credentials: () => ({ authorization: 'none' }) });
  expect(await sendOne(refused, add('k'))).toMatchObject({
    kind: 'unauthenticated',
    reason: { status: 401 },
  });
  using none = transportTo(receiver.url, { credentials: () => undefined });
  expect((await sendOne(none, add('k'))).kind).toBe('unauthenticated');
  expect(receiver.effects()).toEqual([]);
});

test('headers of the handshake sign nobody in', async () => {
  await using receiver = await startWebSocketReceiver();
  using transport = transportTo(receiver.url, {
    open: (url, protocol) => new WebSocket(url, protocol, { headers: { authorization: 'Bearer ann' } }),
  });
  await sendOne(transport, add('k'));
  expect(receiver.effects()).toMatchObject([{ principal: 'anybody' }]);
});

test('a socket that closes half-way leaves everything under way unknown, and the next send opens another', async () => {
  await using receiver = await startWebSocketReceiver();
  using transport = transportTo(receiver.url);
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const both = [sendOne(transport, add('a')), sendOne(transport, add('b'))];
  const [socket] = await socketsOf(receiver);
  await once(socket!, 'message');
  socket!.terminate();
  expect(await Promise.all(both)).toMatchObject([
    { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } },
    { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } },
  ]);
  open();
  receiver.gate = Promise.resolve();
  let again = await sendOne(transport, add('a'));
  while (again.kind === 'retry') again = await sendOne(transport, add('a'));
  expect(again.kind).toBe('acknowledged');
  expect(receiver.effects().filter(({ name }) => name === 'a')).toHaveLength(1);
});

test('500 operations with half of the answers lost make 500 effects, in order', async () => {
  await using receiver = await startWebSocketReceiver();
  const random = new SeededRandom(7);
  const faults = ['lose-request', 'lose-answer', 'tear-answer'] as const;
  const nextFault = (): Fault => (random.chance(0.5) ? 'pass' : random.pick(faults));
  await using proxy = await startLossyProxy(receiver.port, nextFault, 1);
  let waiting = Array.from({ length: 500 }, (_, index) => add(`k${index}`, { entity: 'e' }));
  while (waiting.length > 0) {
    // A socket of its own for each send, so that each has its own fault, behind the handshake.
    using transport = transportTo(proxy.origin.replace('http', 'ws') + '/operations');
    const outcomes = await transport.send(waiting.slice(0, 25), context);
    waiting = waiting.filter((_, index) => outcomes[index]?.kind !== 'acknowledged');
  }
  expect(receiver.effects().map(({ name }) => name)).toEqual(
    Array.from({ length: 500 }, (_, index) => `k${index}`),
  );
  expect(proxy.sent.length).toBeGreaterThan(30);
}, 60_000);

test('what is no socket server, or a portal, is unreachable', async () => {
  await using portal = await listen((_request, response) => response.end('<form>Accept our terms</form>'));
  using transport = transportTo(portal.origin.replace('http', 'ws'));
  expect(await sendOne(transport, add('k'))).toMatchObject({ kind: 'unreachable' });
});

test('more requests than one socket may have at once are asked to come again', async () => {
  await using receiver = await startWebSocketReceiver({ maxConcurrent: 1 });
  using transport = transportTo(receiver.url);
  let open: () => void = () => undefined;
  receiver.gate = new Promise((resolve) => (open = resolve));
  const both = [sendOne(transport, add('a')), sendOne(transport, add('b'))];
  expect(await Promise.race(both)).toMatchObject({
    kind: 'retry',
    afterMs: 1_000,
    reason: { code: 'OVERLOADED' },
  });
  open();
  expect((await Promise.all(both)).map(({ kind }) => kind).sort()).toEqual(['acknowledged', 'retry']);
});

test.each([
  ['no frame', 'nothing', 1007],
  ['no request', '{"credentials":{}}\n[]', 1007],
  ['credentials that are no texts', '{"request":"1","credentials":{"authorization":1}}\n[]', 1007],
  ['bytes', Buffer.from('{}'), 1003],
])('a server that is sent %s closes the socket', async (_, data, code) => {
  await using receiver = await startWebSocketReceiver();
  const socket = new WebSocket(receiver.url);
  await once(socket, 'open');
  socket.send(data);
  const [closedWith] = (await once(socket, 'close')) as [number];
  expect(closedWith).toBe(code);
});

/** Waits until a socket is there. */
async function socketsOf(receiver: {
  readonly sockets: ReadonlySet<WebSocket>;
}): Promise<readonly WebSocket[]> {
  while (receiver.sockets.size === 0) await new Promise((resolve) => setImmediate(resolve));
  return [...receiver.sockets];
}

test('a client that breaks the protocol loses its socket, and nobody else notices', async () => {
  await using receiver = await startWebSocketReceiver();
  const hostile = new WebSocket(receiver.url);
  await once(hostile, 'open');
  // More than the server's maxPayload.
  hostile.send('x'.repeat(12_000_001));
  const [code] = (await once(hostile, 'close')) as [number];
  expect(code).toBe(1009);
  using transport = transportTo(receiver.url);
  expect(await sendOne(transport, add('k'))).toMatchObject({ kind: 'acknowledged' });
});
