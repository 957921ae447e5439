import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { operation } from '../../test/operation.js';
import { WebSocketTransport, type WebSocketTransportOptions } from './index.js';

type Listener = (event: never) => void;

/** A socket that does what the test says. */
class FakeSocket {
  readonly sent: string[] = [];
  readonly protocol: string;
  isClosed = false;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(protocol: string) {
    this.protocol = protocol;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  emit(type: string, event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Acknowledges every operation of the request with this place. */
  answer(place: number): void {
    const [head = '', body = ''] = this.sent[place]!.split('\n');
    const { request } = JSON.parse(head) as { request: string };
    const items = (JSON.parse(body) as { idempotencyKey: string }[]).map(({ idempotencyKey }) => ({
      idempotencyKey,
      status: 200,
    }));
    this.emit('message', { data: `${JSON.stringify({ request, status: 200 })}\n${JSON.stringify(items)}` });
  }
}

function setUp(options: Partial<WebSocketTransportOptions> = {}) {
  const sockets: FakeSocket[] = [];
  const clock = new ManualClock();
  const transport = new WebSocketTransport({
    url: 'wss://api.example/operations',
    clock,
    open: (_url, protocol) => {
      const socket = new FakeSocket(protocol);
      sockets.push(socket);
      return socket;
    },
    ...options,
  });
  const send = async (id: string, signal = new AbortController().signal) => {
    const [outcome] = await transport.send([operation({ id })], { signal });
    return outcome;
  };
  return { sockets, clock, transport, send };
}

/** Lets everything run that waits for nothing but its turn. */
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('opens no socket before there is something to send', () => {
  expect(setUp().sockets).toHaveLength(0);
});

test('the payload goes out as it is stored, behind a head with the credentials', async () => {
  const { sockets, transport } = setUp({ credentials: () => ({ authorization: 'Bearer ann' }) });
  const sent = operation({ id: 'k', payloadJson: '{ "code": "EUR" }' });
  const outcomes = transport.send([sent], { signal: new AbortController().signal });
  await turns();
  sockets[0]!.emit('open');
  await turns();
  const [head, body] = sockets[0]!.sent[0]!.split('\n');
  expect(head).toBe('{"request":"0","credentials":{"authorization":"Bearer ann"}}');
  expect(body).toContain('"payload":{ "code": "EUR" }}]');
  expect(sockets[0]!.protocol).toBe('cpc-sync.v1');
  sockets[0]!.answer(0);
  expect(await outcomes).toEqual([{ kind: 'acknowledged' }]);
});

test('answers find their requests in whatever order they come', async () => {
  const { sockets, send } = setUp();
  const order: string[] = [];
  const both = ['a', 'b'].map(async (id) => {
    await send(id);
    order.push(id);
  });
  await turns();
  sockets[0]!.emit('open');
  await turns();
  sockets[0]!.answer(1);
  await turns();
  sockets[0]!.answer(0);
  await Promise.all(both);
  expect(order).toEqual(['b', 'a']);
});

test('a socket that does not open in time is given up, and the next send opens another', async () => {
  const { sockets, clock, send } = setUp({ timeoutMs: 5_000 });
  const outcome = send('a');
  await turns();
  await clock.advance(5_000);
  expect(await outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
  expect(sockets[0]!.isClosed).toBe(true);
  void send('b');
  await turns();
  expect(sockets).toHaveLength(2);
});

test('a socket on which nothing is heard is taken for dead', async () => {
  const { sockets, clock, send } = setUp({ timeoutMs: 5_000 });
  const outcome = send('a');
  await turns();
  sockets[0]!.emit('open');
  await turns();
  await clock.advance(5_000);
  expect(await outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
  expect(sockets[0]!.isClosed).toBe(true);
});

test('one slow request does not end a socket that answers others', async () => {
  const { sockets, clock, send } = setUp({ timeoutMs: 5_000 });
  const slow = send('slow');
  await turns();
  sockets[0]!.emit('open');
  const quick = send('quick');
  await turns();
  sockets[0]!.answer(1);
  expect(await quick).toEqual({ kind: 'acknowledged' });
  await clock.advance(5_000);
  expect(await slow).toMatchObject({ kind: 'unreachable' });
  expect(sockets[0]!.isClosed).toBe(false);
});

test('an idle socket is closed, and not before it was idle for so long', async () => {
  const { sockets, clock, send } = setUp({ idleMs: 10_000 });
  const first = send('a');
  await turns();
  sockets[0]!.emit('open');
  await turns();
  sockets[0]!.answer(0);
  await first;
  await clock.advance(9_000);
  const second = send('b');
  await turns();
  sockets[0]!.answer(1);
  await second;
  await clock.advance(9_999);
  expect(sockets[0]!.isClosed).toBe(false);
  await clock.advance(1);
  expect(sockets[0]!.isClosed).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('an abort ends the send though the server never answers', async () => {
  const { sockets, send } = setUp();
  const controller = new AbortController();
  const outcome = send('a', controller.signal);
  await turns();
  sockets[0]!.emit('open');
  await turns();
  controller.abort(new Error('enough'));
  expect(await outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
});

describe('what is not of this protocol ends the socket', () => {
  test.each([
    ['a binary frame', new ArrayBuffer(2)],
    ['a text without a head', 'hello'],
    ['a head without a request', '{"status":200}\n[]'],
  ])('%s', async (_, data) => {
    const { sockets, send } = setUp();
    const outcome = send('a');
    await turns();
    sockets[0]!.emit('open');
    await turns();
    sockets[0]!.emit('message', { data });
    expect(await outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } });
    expect(sockets[0]!.isClosed).toBe(true);
  });
});

test('asks for less where the answer to a batch is too large, so that it comes through', async () => {
  const { sockets, transport } = setUp({ maxAnswerBytes: 110 });
  const sent = ['a', 'b', 'c', 'd'].map((id) => operation({ id }));
  const outcomes = transport.send(sent, { signal: new AbortController().signal });
  await turns();
  sockets[0]!.emit('open');
  for (let request = 0; request < 3; request++) {
    await turns();
    sockets[0]!.answer(request);
  }
  expect((await outcomes).map(({ kind }) => kind)).toEqual(sent.map(() => 'acknowledged'));
  expect(sockets).toHaveLength(1);
});

test('a single answer that is too large is not believed, and told by its bound', async () => {
  const { sockets, send } = setUp({ maxAnswerBytes: 100 });
  const outcome = send('a');
  await turns();
  sockets[0]!.emit('open');
  await turns();
  sockets[0]!.emit('message', { data: `{"request":"0","status":200}\n"${'x'.repeat(100)}"` });
  expect(await outcome).toMatchObject({
    kind: 'unreachable',
    reason: { code: 'NETWORK_CAPTIVE', message: expect.stringContaining('100 bytes') },
  });
});

test('an answer that does not name the key acknowledges nothing', async () => {
  const { sockets, send } = setUp();
  const outcome = send('a');
  await turns();
  sockets[0]!.emit('open');
  await turns();
  sockets[0]!.emit('message', {
    data: '{"request":"0","status":200}\n[{"idempotencyKey":"other","status":200}]',
  });
  expect(await outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'NETWORK_CAPTIVE' } });
});

test.each([
  ['https://api.example', /wss/],
  ['ws://api.example', /wss, or ws on loopback/],
  ['wss://api.example/?token=x', /without query/],
  ['nonsense', /address such as/],
])('refuses the address %s', (url, message) => {
  expect(() => setUp({ url })).toThrow(message);
});

test('asks for a way to open sockets where the platform has none', () => {
  const platform = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Reflect.deleteProperty(globalThis, 'WebSocket');
  try {
    expect(() => new WebSocketTransport({ url: 'wss://api.example' })).toThrow(/open is required/);
  } finally {
    if (platform !== undefined) Object.defineProperty(globalThis, 'WebSocket', platform);
  }
});
