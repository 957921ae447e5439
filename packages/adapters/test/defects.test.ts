import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createConnectTransport } from '@connectrpc/connect-web';
import { ConnectTransport } from '../src/connect/index.js';
import { isDefect } from '../src/delivery/defect.js';
import { FetchTransport, type FetchTransportOptions } from '../src/index.js';
import { WebSocketTransport } from '../src/web-socket/index.js';
import { operation } from './operation.js';
import { batching, echoing, scriptedFetch } from './scripted-fetch.js';

const endpoint = 'https://api.example/operations';
const context = { signal: new AbortController().signal };

let told: unknown[];
beforeEach(() => {
  told = [];
  Object.assign(globalThis, { reportError: (error: unknown) => void told.push(error) });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'reportError');
});

/** What a platform throws when there is no network. */
const NETWORK: readonly [string, unknown][] = [
  ['undici', new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') })],
  ['undici, half-way', new TypeError('terminated')],
  ['Chromium', new TypeError('Failed to fetch')],
  ['Chromium, half-way', new TypeError('network error')],
  ['Firefox', new TypeError('NetworkError when attempting to fetch resource.')],
  ['Safari', new TypeError('Load failed')],
  ['Safari, in the person’s language', new TypeError('Die Netzwerkverbindung wurde unterbrochen.')],
  ['Safari, about an answer', new TypeError('cannot parse response')],
  ['Safari, about a host', new TypeError('A server with the specified hostname could not be found.')],
  ['React Native', new TypeError('Network request failed')],
  ['Deno', new TypeError('error sending request for url (https://api.example/): connection refused')],
  ['anybody', new Error('socket hang up')],
  ['a text', 'offline'],
  ['nothing', undefined],
];

/** What engines say of code that is wrong. */
const DEFECTS: readonly [string, Error][] = [
  ['V8', new TypeError("Cannot read properties of undefined (reading 'headers')")],
  ['V8, a call', new TypeError('init.headers.forEach is not a function')],
  ['V8, a loop', new TypeError('headers is not iterable')],
  ['Hermes', new TypeError("Cannot read property 'headers' of undefined")],
  ['SpiderMonkey', new TypeError(`can't access property "headers", init is undefined`)],
  ['SpiderMonkey, a value', new TypeError('init is null')],
  ['JavaScriptCore', new TypeError("undefined is not an object (evaluating 'init.headers')")],
  ['a name', new ReferenceError('tokenOf is not defined')],
  ['a number', new RangeError('Invalid count value: -1')],
  ['Chromium about an argument', new TypeError("Failed to execute 'fetch' on 'Window': Invalid name")],
  ['undici about an argument', new TypeError('Failed to parse URL from /operations')],
  ['undici about a header', new TypeError('Headers.append: "x" is an invalid header name.')],
];

test.each(NETWORK)('%s says that the network is gone, and no defect', (_, error) => {
  expect(isDefect(error)).toBe(false);
});

test.each(DEFECTS)('%s tells a defect', (_, error) => {
  expect(isDefect(error)).toBe(true);
});

const failing =
  (error: unknown): typeof fetch =>
  () =>
    Promise.reject(error);

/** Everything of the app that a request goes through, with code in it that is wrong. */
const WRONG: readonly [string, Partial<FetchTransportOptions>][] = [
  ['fetch rejects', { fetch: failing(DEFECTS[0]![1]) }],
  [
    'fetch throws',
    {
      fetch: () => {
        throw DEFECTS[0]![1];
      },
    },
  ],
  ['fetch gives nothing', { fetch: (() => Promise.resolve(undefined)) as never }],
  ['credentials reject', { credentials: () => Promise.reject(DEFECTS[1]![1]) }],
  [
    'credentials throw',
    {
      credentials: () => {
        throw DEFECTS[7]![1];
      },
    },
  ],
  [
    'recognise throws',
    {
      recognise: () => {
        throw new Error('no');
      },
    },
  ],
  [
    'signInWhen throws',
    {
      signInWhen: () => {
        throw new Error('no');
      },
      fetch: scriptedFetch(() => new Response('{}')).fetch,
    },
  ],
];

describe('a defect costs its operation an attempt, and is told once', () => {
  test.each(WRONG)('%s', async (_, options) => {
    const transport = new FetchTransport({ endpoint, fetch: scriptedFetch(echoing(200)).fetch, ...options });
    for (let sends = 0; sends < 3; sends++) {
      const outcomes = await transport.send([operation({ id: 'k' })], context);
      expect(outcomes).toMatchObject([{ kind: 'retry', reason: { code: 'TRANSPORT_FAILED' } }]);
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      code: 'TRANSPORT_FAILED',
      message: expect.stringContaining('by itself'),
    });
  });

  test('over Connect, in an interceptor', async () => {
    const rpc = createConnectTransport({
      baseUrl: 'https://api.example',
      fetch: failing(new TypeError('Failed to fetch')),
      interceptors: [() => () => Promise.reject(DEFECTS[0]![1])],
    });
    const transport = new ConnectTransport({ transport: rpc });
    const outcomes = await transport.send([operation({ id: 'k' })], context);
    expect(outcomes).toMatchObject([{ kind: 'retry', reason: { code: 'TRANSPORT_FAILED' } }]);
    expect(told).toHaveLength(1);
  });

  test('over a WebSocket, where it is opened', async () => {
    const open = (): never => {
      throw new ReferenceError('WebSocketImpl is not defined');
    };
    const transport = new WebSocketTransport({ url: 'wss://api.example', open });
    const outcomes = await transport.send([operation({ id: 'k' })], context);
    expect(outcomes).toMatchObject([{ kind: 'retry', reason: { code: 'TRANSPORT_FAILED' } }]);
  });
});

test('in a batch the operation is found that provokes it, and the others go', async () => {
  const { fetch } = scriptedFetch(batching(() => 200));
  const transport = new FetchTransport({
    endpoint,
    maxBatchSize: 10,
    fetch: (input, init) =>
      (init?.body as string).includes('poison') ? Promise.reject(DEFECTS[0]![1]) : fetch(input, init),
  });
  const ids = ['a', 'b', 'poison', 'c', 'd'];
  const outcomes = await transport.send(
    ids.map((id) => operation({ id })),
    context,
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'acknowledged',
    'acknowledged',
    'retry',
    'acknowledged',
    'acknowledged',
  ]);
});

test('where the platform has no reportError, the process warns', async () => {
  Reflect.deleteProperty(globalThis, 'reportError');
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
  const transport = new FetchTransport({ endpoint, fetch: failing(DEFECTS[0]![1]) });
  for (let sends = 0; sends < 2; sends++) await transport.send([operation({ id: 'k' })], context);
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('by itself'), expect.objectContaining({ code: 'CPC_TRANSPORT_FAILED' })],
  ]);
  warn.mockRestore();
});

test('a network that is gone is told to nobody', async () => {
  const transport = new FetchTransport({ endpoint, fetch: failing(new TypeError('Failed to fetch')) });
  const outcomes = await transport.send([operation({ id: 'k' })], context);
  expect(outcomes).toMatchObject([{ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } }]);
  expect(told).toEqual([]);
});
