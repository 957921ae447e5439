import { expect, test } from '@jest/globals';
import { ManualTime, settled } from '../../test/manual-time.js';
import type { NetworkEvidence } from '../ports/network-monitor.js';
import { HttpProbeMonitor, type HttpProbeMonitorOptions } from './http-probe-monitor.js';

type Answer = () => Response | Promise<Response>;

const good: Answer = () => new Response('market-day\n');
const refused: Answer = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('refused') }));
const portal: Answer = () => new Response('<h1>Welcome to the hotel</h1>');

/** A page that can be hidden. */
class FakeDocument {
  visibilityState = 'visible';
  readonly listeners = new Set<() => void>();
  addEventListener(_type: string, listener: () => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_type: string, listener: () => void): void {
    this.listeners.delete(listener);
  }
  show(visibilityState: string): void {
    this.visibilityState = visibilityState;
    for (const listener of this.listeners) listener();
  }
}

function probing(options: Partial<HttpProbeMonitorOptions> = {}) {
  const time = new ManualTime();
  const server = { answer: good, requests: [] as { atMs: number; init: RequestInit }[] };
  const fetch: typeof globalThis.fetch = (_url, init = {}) => {
    server.requests.push({ atMs: time.monotonicMs(), init });
    return Promise.resolve(server.answer());
  };
  const monitor = new HttpProbeMonitor({
    url: 'https://market.example/health',
    expect: { body: 'market-day' },
    fetch,
    clock: time,
    random: () => 0.5,
    ...options,
  });
  const states: string[] = [];
  const evidence: NetworkEvidence[] = [];
  monitor.register(({ state }) => states.push(state));
  monitor.evidence$.subscribe((piece) => evidence.push(piece));
  return { time, server, monitor, states, evidence };
}

/** What one question finds when the server answers so. */
async function find(answer: Answer, options: Partial<HttpProbeMonitorOptions> = {}): Promise<string> {
  const { server, monitor, evidence } = probing(options);
  server.answer = answer;
  await monitor.start();
  await settled();
  await monitor.stop();
  return evidence.map(({ kind }) => kind).join();
}

const shape = (answer: Response, fields: object): Response =>
  new Proxy(answer, {
    get: (target, name) => Reflect.get(name in fields ? fields : target, name, target) as unknown,
  });

const marked = { header: { name: 'x-market', value: 'day' } };
const withHeader = (value: string) => new Response('', { headers: { 'x-market': value } });

test.each<[string, string, Answer, Partial<HttpProbeMonitorOptions>?]>([
  ['the expected body', 'answered', good],
  ['another body', 'captive', portal],
  ['the expected body within another', 'captive', () => new Response('not market-day at all')],
  [
    'a body that matches',
    'answered',
    () => new Response('{"ok":true}'),
    { expect: { body: /"ok":\s*true/g } },
  ],
  ['a body that does not match', 'captive', portal, { expect: { body: /"ok"/ } }],
  ['the expected header', 'answered', () => withHeader('day'), { expect: marked }],
  ['another header', 'captive', () => withHeader('night'), { expect: marked }],
  [
    'the expected header with another body',
    'captive',
    () => withHeader('day'),
    { expect: { ...marked, body: 'x' } },
  ],
  [
    '204 where it is expected',
    'answered',
    () => new Response(null, { status: 204 }),
    { expect: { status: 204 } },
  ],
  ['200 where 204 is expected', 'captive', portal, { expect: { status: 204 } }],
  ['the expected body with 404', 'captive', () => new Response('market-day', { status: 404 })],
  ['a redirect that Node shows', 'captive', () => new Response(null, { status: 302 })],
  [
    'a redirect that a browser hides',
    'captive',
    () => shape(new Response(), { type: 'opaqueredirect', status: 0 }),
  ],
  ['a redirect that was followed', 'captive', () => shape(new Response('market-day'), { redirected: true })],
  ['a demand for a sign-in', 'captive', () => new Response('market-day', { status: 511 })],
  ['a gateway that does not reach the server', 'unreachable', () => new Response('', { status: 503 })],
  ['no answer', 'unreachable', refused],
  [
    'a fetch that throws',
    'unreachable',
    () => {
      throw new Error('no fetch');
    },
  ],
  [
    'a body that breaks off',
    'unreachable',
    () => new Response(new ReadableStream({ pull: (c) => c.error(new Error('cut')) })),
  ],
  [
    'a platform without body streams',
    'answered',
    () => shape(new Response(), { body: undefined, text: () => Promise.resolve('market-day') }),
  ],
])('%s is %s', async (_answer, kind, answer, options = {}) => {
  expect(await find(answer, options)).toBe(kind);
});

test.each([
  new Response(null, { status: 302 }),
  shape(new Response(), { type: 'opaqueredirect', status: 0 }),
])('says of a redirect that it is one', async (response) => {
  const { time, server, monitor } = probing();
  server.answer = () => response;
  await monitor.start();
  await time.pass(0);
  expect(monitor.status.reason).toBe('something else answers instead of the server: it redirects');
  await monitor.stop();
});

test('reads no more than the start of an endless body', async () => {
  let pulls = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulls++;
      controller.enqueue(new Uint8Array(1024));
    },
    cancel: () => void (cancelled = true),
  });
  expect(await find(() => new Response(body))).toBe('captive');
  expect(pulls).toBeLessThan(10);
  expect(cancelled).toBe(true);
});

test('gives back a body that it need not read', async () => {
  let cancelled = false;
  const body = new ReadableStream({ cancel: () => void (cancelled = true) });
  expect(await find(() => new Response(body, { status: 302 }))).toBe('captive');
  expect(cancelled).toBe(true);
});

test('asks without cache, without credentials, and without following redirects', async () => {
  const { server, monitor } = probing({ method: 'HEAD', expect: marked });
  await monitor.start();
  expect(server.requests[0]?.init).toMatchObject({
    method: 'HEAD',
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'manual',
  });
  await monitor.stop();
});

test('goes through a day: online, server down, portal, back', async () => {
  const { time, server, monitor, states } = probing();
  await monitor.start();
  await time.pass(0);
  expect(monitor.status).toMatchObject({ state: 'online', source: 'probe' });
  server.answer = refused;
  await time.pass(30_000);
  expect(monitor.status.state).toBe('online');
  await time.pass(1000);
  expect(monitor.status.state).toBe('offline');
  expect(monitor.status.reason).toMatch('fetch failed: refused');
  server.answer = portal;
  await time.pass(2000);
  server.answer = good;
  await time.pass(4000);
  expect(states).toEqual(['unknown', 'online', 'offline', 'captive', 'online']);
  await monitor.stop();
});

test('a fetch that never settles and ignores its signal is given up', async () => {
  const { time, server, monitor, evidence } = probing();
  server.answer = () => new Promise(() => undefined);
  await monitor.start();
  await time.pass(5000);
  expect(evidence).toMatchObject([
    { kind: 'unreachable', latencyMs: 5000, detail: 'no answer within 5000 ms' },
  ]);
  await monitor.stop();
});

test('is degraded while answers are slow', async () => {
  const { time, server, monitor, states } = probing();
  server.answer = () =>
    new Promise((resolve) => time.setTimer(() => resolve(new Response('market-day')), 4000));
  await monitor.start();
  await time.pass(38_000);
  expect(states).toEqual(['unknown', 'online', 'degraded']);
  await monitor.stop();
});

test('an answer that a request met spares a question', async () => {
  const { time, server, monitor } = probing();
  await monitor.start();
  for (let i = 0; i < 5; i++) {
    await time.pass(20_000);
    monitor.report({ kind: 'answered', source: 'requests' });
  }
  expect(server.requests).toHaveLength(1);
  await monitor.stop();
});

test('a request that met nothing hastens the next question, unless that is known already', async () => {
  const { time, server, monitor } = probing();
  await monitor.start();
  await time.pass(10_000);
  server.answer = refused;
  const fail = () => monitor.report({ kind: 'unreachable', source: 'requests' });
  fail();
  await time.pass(0);
  expect(server.requests).toHaveLength(2);
  for (let i = 0; i < 50; i++) fail();
  expect(monitor.status.state).toBe('degraded');
  await time.pass(1000);
  expect(monitor.status.state).toBe('offline');
  const { length } = server.requests;
  for (let i = 0; i < 500; i++) {
    fail();
    await time.pass(20);
  }
  expect(server.requests.length).toBeLessThanOrEqual(length + 3);
  await monitor.stop();
});

test('a check that is asked for undoes the backing off', async () => {
  const { time, server, monitor } = probing();
  server.answer = refused;
  await monitor.start();
  await time.pass(100_000);
  server.answer = good;
  monitor.check();
  await time.pass(0);
  expect(monitor.status.state).toBe('online');
  await monitor.stop();
});

test('asks nothing while the page is hidden', async () => {
  const document = new FakeDocument();
  document.visibilityState = 'hidden';
  const { time, server, monitor } = probing({ document });
  await monitor.start();
  await time.pass(100_000);
  expect(server.requests).toHaveLength(0);
  document.show('visible');
  await time.pass(0);
  expect(server.requests).toHaveLength(1);
  document.show('hidden');
  await time.pass(100_000);
  expect(server.requests).toHaveLength(1);
  await monitor.stop();
  document.show('visible');
  expect(server.requests).toHaveLength(1);
  expect(document.listeners.size).toBe(0);
});

test('leaves no timer and no request after stop, and starts again', async () => {
  const { time, server, monitor, states } = probing();
  await monitor.start();
  await monitor.start();
  expect(server.requests).toHaveLength(1);
  await monitor.stop();
  await monitor.stop();
  expect(server.requests[0]?.init.signal?.aborted).toBe(true);
  expect(time.timers).toBe(0);
  monitor.report({ kind: 'answered', source: 'requests' });
  monitor.check();
  await time.pass(100_000);
  expect(states).toEqual(['unknown']);
  expect(server.requests).toHaveLength(1);
  await monitor.start();
  await time.pass(0);
  expect(states).toEqual(['unknown', 'online']);
  await monitor.stop();
});

test('starts afresh: what it met before a stop does not count', async () => {
  const { time, server, monitor } = probing();
  server.answer = refused;
  await monitor.start();
  await time.pass(0);
  await monitor.stop();
  await monitor.start();
  await time.pass(0);
  expect(monitor.status.state).toBe('unknown');
  await monitor.stop();
});

test.each<[string, Partial<HttpProbeMonitorOptions>]>([
  ['nothing', { expect: {} }],
  ['a status that portals give, too', { expect: { status: 200 } }],
  ['an empty body', { expect: { body: '' } }],
  ['a body of HEAD', { expect: { body: 'ok' }, method: 'HEAD' }],
])('refuses to expect %s', (_what, options) => {
  expect(() => probing(options)).toThrow(TypeError);
});

test.each(['intervalMs', 'retryMs', 'maxRetryMs', 'timeoutMs', 'slowMs', 'failures'])(
  'refuses a senseless %s',
  (name) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => probing({ [name]: value })).toThrow(RangeError);
  },
);
