import { createServer } from 'node:http';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createConnectTransport } from '@connectrpc/connect-web';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  defineOperation,
  type Logger,
  MemoryQueueStorage,
  type SyncEvent,
  SyncQueue,
  SyncWorker,
  type Transport,
} from '@cpc/sync-core';
import { exportOperations } from '@cpc/sync-core/ndjson';
import { TraceRecorder } from '@cpc/sync-core/trace';
import { WebSocket, WebSocketServer } from 'ws';
import { ConnectTransport } from '../src/connect/index.js';
import { FetchTransport, type RequestCredentials } from '../src/index.js';
import { MessagePortTransport, serveTransport } from '../src/message-port/index.js';
import { FetchChangeSource } from '../src/pull/index.js';
import { WebSocketTransport } from '../src/web-socket/index.js';
import { type LiveServer, listenOn } from './live-receiver.js';

const SECRET = 'TOP-SECRET-0123456789';

/** Credentials that can be sent, and such that cannot. */
const GIVEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a token': { authorization: `Bearer ${SECRET}` },
  'a token with a line break': { authorization: `Bearer ${SECRET}\nx-injected: ${SECRET}` },
  'a token beyond Latin-1': { authorization: `Bearer ${SECRET} ключ` },
  'a token with NUL': { 'x-token': `${SECRET}\0` },
  'a name that is none': { [`${SECRET}:`]: 'x' },
  'a token in quotes': { 'x-token': `"${SECRET}"\\${SECRET}` },
};

/** Repeats what signs somebody in, in all places that an answer has. */
async function echo(): Promise<LiveServer> {
  const http = createServer((request, response) => {
    const heard = JSON.stringify(request.headers);
    const key = request.headers['idempotency-key'];
    const type = 'urn:problem-type:cpc-sync:refused';
    const idempotencyKey = typeof key === 'string' ? key.slice(1, -1) : undefined;
    const status = request.url?.includes('later') === true ? 503 : 422;
    const body = { type, status, code: heard, title: heard, detail: heard, idempotencyKey, [heard]: [heard] };
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const [head = ''] = data.toString().split('\n');
      const { request, credentials } = JSON.parse(head) as { request: string; credentials: object };
      const said = JSON.stringify(credentials);
      const problem = {
        type: 'urn:problem-type:cpc-sync:refused',
        code: said,
        detail: said,
        more: credentials,
      };
      socket.send(`${JSON.stringify({ request, status: 422 })}\n${JSON.stringify(problem)}`);
    });
  });
  const server = await listenOn(http);
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A platform that quotes what it was given, in an error of the network or of wrong code. */
const quoting =
  (words: string): typeof fetch =>
  (_input, init) => {
    const headers = JSON.stringify([...new Headers(init?.headers)]);
    return Promise.reject(new TypeError(`${words} ${headers}`, { cause: new Error(headers) }));
  };

interface Way {
  readonly transport: Transport;
  readonly close?: () => void;
}

/** Every transport, towards a server that repeats everything. */
const TRANSPORTS: Readonly<Record<string, (origin: string, credentials: RequestCredentials) => Way>> = {
  fetch: (origin, credentials) => ({
    transport: new FetchTransport({ endpoint: `${origin}/operations`, credentials }),
  }),
  'fetch, asked to come later': (origin, credentials) => ({
    transport: new FetchTransport({ endpoint: `${origin}/later`, credentials }),
  }),
  'fetch in batches': (origin, credentials) => ({
    transport: new FetchTransport({ endpoint: `${origin}/operations`, credentials, maxBatchSize: 10 }),
  }),
  'fetch, nobody there': (_origin, credentials) => ({
    transport: new FetchTransport({ endpoint: 'http://127.0.0.1:1/operations', credentials }),
  }),
  'fetch, a platform that quotes': (origin, credentials) => ({
    transport: new FetchTransport({ endpoint: origin, credentials, fetch: quoting('Failed to fetch') }),
  }),
  'fetch, wrong code that quotes': (origin, credentials) => ({
    transport: new FetchTransport({
      endpoint: origin,
      credentials,
      fetch: quoting('Cannot read properties of'),
    }),
  }),
  'Connect, a platform that quotes': (baseUrl, credentials) => ({
    transport: new ConnectTransport({
      credentials,
      transport: createConnectTransport({ baseUrl, fetch: quoting('Failed to fetch') }),
    }),
  }),
  Connect: (baseUrl, credentials) => ({
    transport: new ConnectTransport({ credentials, transport: createConnectTransport({ baseUrl }) }),
  }),
  gRPC: (baseUrl, credentials) => ({
    transport: new ConnectTransport({ credentials, transport: createGrpcTransport({ baseUrl }) }),
  }),
  WebSocket: (origin, credentials) => {
    const transport = new WebSocketTransport({
      url: origin.replace('http', 'ws'),
      credentials,
      open: (url, protocol) => new WebSocket(url, protocol),
    });
    return { transport, close: () => transport.close() };
  },
  'a port': (origin, credentials) => {
    const { port1, port2 } = new MessageChannel();
    const served = serveTransport(
      port2,
      new FetchTransport({ endpoint: `${origin}/operations`, credentials }),
    );
    const close = (): void => {
      served.stop();
      port1.close();
    };
    return { transport: new MessagePortTransport(port1), close };
  },
};

const note = defineOperation<number>('note');

let reported: unknown[];
beforeEach(() => {
  reported = [];
  Object.assign(globalThis, { reportError: (error: unknown) => void reported.push(error) });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'reportError');
});

/** Everything that the device keeps, tells and shows of a queue whose operations were sent, as one text. */
async function everythingOf({ transport }: Way): Promise<string> {
  const said: unknown[] = [];
  const log = (...words: unknown[]): void => void said.push(words);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const storage = new MemoryQueueStorage();
  const queue = new SyncQueue({ storage, logger }, { operations: [note] });
  const trace = new TraceRecorder();
  const stop = trace.listen(queue);
  const events: SyncEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  await queue.open();
  for (const number of [1, 2]) await queue.enqueue(note, number, { principal: 'ann' });
  const worker = new SyncWorker({ queue, transport, rules: trace.rules });
  const attempted = new Promise<void>((resolve) => {
    queue.events$.subscribe(({ type }) => type === 'attempted' && resolve());
  });
  await queue.signIn('ann');
  await worker.start();
  await attempted;
  await worker.stop();
  const { items } = await queue.list();
  const explained = await Promise.all(items.map(({ id }) => queue.explain(id)));
  const lines: string[] = [];
  for await (const line of exportOperations(storage)) lines.push(line);
  stop();
  await queue.close();
  const errors = reported.map((error) => {
    const { message, stack, cause, details } = error as Error & { details?: unknown };
    return {
      message,
      stack,
      details,
      cause: cause === undefined ? '' : String((cause as Error).stack),
    };
  });
  const all = { said, events, items, explained, lines, trace: [...trace.lines()], errors };
  expect(events.length).toBeGreaterThan(1);
  return JSON.stringify(all);
}

describe.each(Object.entries(TRANSPORTS))('over %s', (_, connect) => {
  test.each(Object.entries(GIVEN))(
    'no text of %s is kept, told or shown',
    async (_name, given) => {
      await using server = await echo();
      const way = connect(server.origin, () => given);
      const everything = await everythingOf(way);
      way.close?.();
      expect(everything).not.toContain(SECRET);
      expect(everything).not.toContain('0123456789');
    },
    60_000,
  );
});

test.each(Object.entries(GIVEN))('a pull that fails with %s says nothing of it', async (_, credentials) => {
  await using server = await echo();
  for (const fetch of [globalThis.fetch, quoting('Failed to fetch'), quoting('Cannot read properties of')]) {
    const source = new FetchChangeSource({
      endpoint: `${server.origin}/changes`,
      fetch,
      credentials: () => credentials,
    });
    const failed = await source
      .pull(undefined, { signal: new AbortController().signal })
      .catch((error: unknown) => error);
    const { message, stack, details, cause } = failed as Error & { details: unknown };
    expect(JSON.stringify([message, stack, details, String(cause)])).not.toContain(SECRET);
  }
});

test.each(Object.entries(GIVEN).filter(([name]) => name !== 'a token' && name !== 'a token in quotes'))(
  '%s sends nothing, and waits for other credentials',
  async (_, credentials) => {
    let requests = 0;
    const fetch = (() => Promise.reject(new Error(String(requests++)))) as typeof globalThis.fetch;
    const transport = new FetchTransport({
      endpoint: 'https://api.example/',
      fetch,
      credentials: () => credentials,
    });
    const way = await everythingOf({ transport });
    expect(way).toContain('UNAUTHENTICATED');
    expect(requests).toBe(0);
  },
);
