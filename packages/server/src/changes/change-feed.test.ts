import { expect, jest, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import {
  applied,
  ChangeFeed,
  fetchToNode,
  Receiver,
  SqliteChangeLog,
  SqliteEffectStore,
  type ChangeFeedOptions,
  type ChangeFeedParts,
} from '../index.js';

interface Opened {
  readonly feed: ChangeFeed;
  readonly errors: readonly unknown[];
  readonly database: Database.Database;
  /** Lets the feed ask the log, as its timer would. */
  readonly poll: () => void;
  /** How many timers run. */
  readonly timers: () => number;
  /** Sends an operation of Ann's that sets an entity to a value. Returns where it stands in the feed. */
  readonly set: (entity: string, value: unknown) => Promise<string | undefined>;
  readonly get: (
    query: string,
    principal?: string,
  ) => Promise<{ status: number; json: Record<string, unknown> }>;
  readonly listen: () => Promise<Events>;
}

/** Reads events, one at a time. */
interface Events {
  next(): Promise<string>;
  cancel(): Promise<void>;
}

interface Settings extends ChangeFeedOptions, Pick<ChangeFeedParts, 'mayPull'> {
  /** Whether the receiver tells the feed. */
  readonly told?: boolean;
}

function open({ told = true, mayPull, ...options }: Settings = {}): Opened {
  const database = new Database(':memory:');
  const log = new SqliteChangeLog(database);
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const authenticate = (headers: { get(name: string): string | null }): string | undefined =>
    headers.get('authorization') ?? undefined;
  const timers = new Set<() => void>();
  const every = (_: number, callback: () => void): (() => void) => {
    timers.add(callback);
    return () => void timers.delete(callback);
  };
  const feed = new ChangeFeed(
    { log, authenticate, onError, ...(mayPull && { mayPull }) },
    { every, ...options },
  );
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    authenticate,
    onError,
    ...(told && { onApplied: feed.check }),
    handlers: {
      set: {
        apply({ principal, entity = '', payload }, tx) {
          const position = log.record(tx, { channel: principal, entity, value: payload });
          return applied(undefined, undefined, { position });
        },
      },
    },
  });
  const ask = (query: string, headers: Record<string, string>): Promise<Response> =>
    feed.receive(new Request(`https://stall.example/changes${query}`, { headers }));
  let keys = 0;
  return {
    feed,
    errors,
    database,
    poll: () => timers.forEach((timer) => timer()),
    timers: () => timers.size,
    async set(entity, value) {
      await feed.open();
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': `"${keys++}"`,
        'sync-entity': entity,
        authorization: 'ann',
      };
      const init = { method: 'POST', headers, body: JSON.stringify(value) };
      const response = await receiver.receive(new Request('https://stall.example/operations/set', init));
      expect(response.status).toBe(200);
      return ((await response.json()) as { position?: string }).position;
    },
    async get(query, principal = 'ann') {
      const response = await ask(query, principal === '' ? {} : { authorization: principal });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    },
    async listen() {
      const response = await ask('', { authorization: 'ann', accept: 'text/event-stream' });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      return eventsOf(response);
    },
  };
}

function eventsOf(response: Response): Events {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return {
    next: async () => (await reader.read()).value ?? 'the end',
    cancel: () => reader.cancel(),
  };
}

test('gives pages of what was committed with its effect, and goes on from a checkpoint', async () => {
  const { set, get } = open();
  for (const entity of ['a', 'b', 'c']) await set(entity, { entity });
  const first = await get('?limit=2');
  expect(first).toEqual({
    status: 200,
    json: {
      checkpoint: '2-3',
      more: true,
      changes: [
        { entity: 'a', value: { entity: 'a' } },
        { entity: 'b', value: { entity: 'b' } },
      ],
    },
  });
  await set('a', 'again');
  expect((await get('?since=2-3')).json).toEqual({
    checkpoint: '4',
    more: false,
    changes: [
      { entity: 'c', value: { entity: 'c' } },
      { entity: 'a', value: 'again' },
    ],
  });
  expect((await get('?since=4')).json).toEqual({ checkpoint: '4', more: false, changes: [] });
});

test('an acknowledgement tells where the change stands in the feed', async () => {
  const { set, get } = open();
  expect(await set('a', 1)).toBe('1@ann');
  expect(await set('b', 2)).toBe('2@ann');
  expect((await get('')).json['checkpoint']).toBe('2');
});

test('counts what remains behind a page where it is asked to', async () => {
  const { set, get } = open();
  for (const entity of ['a', 'b', 'c']) await set(entity, 1);
  expect((await get('?limit=1&count=true')).json).toMatchObject({ more: true, remaining: 2 });
  expect((await get('?since=1&limit=1&count=true')).json).toMatchObject({ more: true, remaining: 1 });
  expect((await get('?since=3&count=true')).json).toMatchObject({ more: false, remaining: 0 });
  expect((await get('?limit=1')).json).not.toHaveProperty('remaining');
});

test('shows a channel to those who may see it', async () => {
  const { set, get } = open();
  await set('a', 1);
  expect(await get('', '')).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED' } });
  expect(await get('?channel=ann', 'bob')).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } });
  expect((await get('', 'bob')).json['changes']).toEqual([]);
  const shared = open({ mayPull: (_, channel) => channel === 'ann' });
  await shared.set('a', 1);
  expect((await shared.get('?channel=ann', 'bob')).json['changes']).toEqual([{ entity: 'a', value: 1 }]);
});

test.each(['?since=x', '?since=-1', '?since=1-', '?limit=0', '?limit=x', '?since='])(
  'refuses %s',
  async (query) => {
    expect(await open().get(query)).toMatchObject({ status: 400, json: { code: 'QUERY_MALFORMED' } });
  },
);

test('answers a checkpoint that it does not know with 410', async () => {
  expect(await open().get('?since=7')).toMatchObject({ status: 410, json: { code: 'CHECKPOINT_EXPIRED' } });
});

test('other addresses and methods are not its own', async () => {
  const { feed } = open();
  const ask = (method: string, path: string): Promise<Response> =>
    feed.receive(new Request(`https://stall.example${path}`, { method }));
  expect((await ask('POST', '/changes')).status).toBe(405);
  expect((await ask('POST', '/changes')).headers.get('allow')).toBe('GET');
  expect((await ask('GET', '/change')).status).toBe(404);
});

test('a log that cannot be read is answered with 503, and the operator is told', async () => {
  const { get, database, errors } = open({ retryAfterSeconds: 7 });
  database.close();
  expect(await get('')).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE', retryAfter: 7 } });
  expect(errors).toHaveLength(1);
});

test('tells listeners as soon as something is committed', async () => {
  const { set, listen, timers } = open();
  await set('a', 1);
  const events = await listen();
  expect(await events.next()).toBe(': connected\n\n');
  expect(await events.next()).toBe('event: changed\ndata: 1\n\n');
  await set('b', 2);
  expect(await events.next()).toBe('event: changed\ndata: 2\n\n');
  expect(timers()).toBe(1);
  await events.cancel();
  expect(timers()).toBe(0);
});

test('tells listeners of what other processes committed, by asking now and then', async () => {
  const { set, listen, poll } = open({ told: false });
  const events = await listen();
  await events.next();
  expect(await events.next()).toBe('event: changed\ndata: 0\n\n');
  await set('a', 1);
  poll();
  expect(await events.next()).toBe('event: changed\ndata: 1\n\n');
  await events.cancel();
});

test('gives a sign of life where nothing happens', async () => {
  const { listen, poll } = open();
  const events = await listen();
  await events.next();
  await events.next();
  for (let polls = 0; polls < 15; polls++) poll();
  expect(await events.next()).toBe(':\n\n');
  await events.cancel();
});

test('turns listeners away when there are too many', async () => {
  const { feed, listen } = open({ maxListeners: 1 });
  const events = await listen();
  const headers = { authorization: 'ann', accept: 'text/event-stream' };
  const second = await feed.receive(new Request('https://stall.example/changes', { headers }));
  expect(second.status).toBe(503);
  expect(second.headers.get('retry-after')).toBe('10');
  await events.cancel();
  const third = await listen();
  expect(await third.next()).toBe(': connected\n\n');
  await third.cancel();
});

test('one principal does not take the listening places of all', async () => {
  const { feed, listen } = open({ maxListenersPerPrincipal: 2 });
  const of = async (authorization: string): Promise<Response> =>
    feed.receive(
      new Request('https://stall.example/changes', {
        headers: { authorization, accept: 'text/event-stream' },
      }),
    );
  const first = await listen();
  await listen();
  const third = await of('ann');
  expect(third.status).toBe(429);
  expect(third.headers.get('retry-after')).toBe('10');
  expect(await third.json()).toMatchObject({ code: 'LISTENERS_EXCEEDED' });
  expect((await of('bob')).status).toBe(200);
  await first.cancel();
  expect((await of('ann')).status).toBe(200);
  expect((await of('ann')).status).toBe(429);
});

test('gives fewer changes where they are large', async () => {
  const { set, get } = open({ maxPageBytes: 300 });
  for (const entity of ['a', 'b', 'c']) await set(entity, 'x'.repeat(120));
  const first = await get('');
  expect(first.json).toMatchObject({ checkpoint: '2-3', more: true, changes: [{}, {}] });
  expect((await get('?since=2-3')).json).toMatchObject({ checkpoint: '3', more: false, changes: [{}] });
});

test('refuses a channel that no database can be asked for', async () => {
  const { get } = open({ mayPull: () => true });
  expect(await get('?channel=a%00')).toMatchObject({ status: 400, json: { code: 'QUERY_MALFORMED' } });
});

test.each([
  ['throws', () => fail()],
  ['rejects', () => Promise.resolve().then(fail) as unknown as undefined],
])('an onError that %s neither changes an answer nor ends the listening', async (_, onError) => {
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
  let heads = 0;
  const timers = new Set<() => void>();
  const log = {
    open: () => Promise.resolve(),
    read: () => Promise.reject(new Error('no page')),
    heads: () =>
      heads++ === 0 ? Promise.reject(new Error('no heads')) : Promise.resolve(new Map([['', 7]])),
  };
  const every = (_ms: number, callback: () => void): (() => void) => {
    timers.add(callback);
    return () => void timers.delete(callback);
  };
  try {
    const feed = new ChangeFeed({ log, onError }, { every });
    const ask = (headers = {}): Promise<Response> =>
      feed.receive(new Request('https://stall.example/changes', { headers }));
    expect((await ask()).status).toBe(503);
    const events = eventsOf(await ask({ accept: 'text/event-stream' }));
    expect(await events.next()).toBe(': connected\n\n');
    await new Promise((resolve) => setImmediate(resolve));
    timers.forEach((poll) => poll());
    expect(await events.next()).toBe('event: changed\ndata: 7\n\n');
    await events.cancel();
    expect(warn).toHaveBeenCalledTimes(1);
  } finally {
    warn.mockRestore();
  }
});

function fail(): never {
  throw new Error('broken');
}

test('forgets a listener whose connection broke before the answer', async () => {
  const { feed, timers } = open();
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  let gone: () => void = () => undefined;
  const leaving = new Promise<void>((resolve) => (gone = resolve));
  const handler = fetchToNode(async (request) => {
    arrived();
    await leaving;
    return feed.receive(request);
  });
  let handled: Promise<void> | undefined;
  const server = createServer((request, response) => {
    request.once('close', gone);
    handled = handler(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
  try {
    const abort = new AbortController();
    const headers = { authorization: 'ann', accept: 'text/event-stream' };
    const asked = fetch(url, { headers, signal: abort.signal });
    await arrival;
    abort.abort();
    await expect(asked).rejects.toThrow();
    await leaving;
    await handled;
    expect(timers()).toBe(0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('serves pages and events over node:http, and forgets a listener who leaves', async () => {
  const { feed, set, timers } = open();
  await set('a', 1);
  const handler = fetchToNode(feed.receive);
  const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
  try {
    const page = await fetch(url, { headers: { authorization: 'ann' } });
    expect(await page.json()).toMatchObject({ changes: [{ entity: 'a', value: 1 }] });
    const abort = new AbortController();
    const headers = { authorization: 'ann', accept: 'text/event-stream' };
    const events = eventsOf(await fetch(url, { headers, signal: abort.signal }));
    let text = '';
    while (!text.includes('data: 1')) text += await events.next();
    await set('b', 2);
    while (!text.includes('data: 2')) text += await events.next();
    abort.abort();
    while (timers() > 0) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
