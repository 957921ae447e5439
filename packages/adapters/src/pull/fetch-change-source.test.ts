import { expect, test } from '@jest/globals';
import { SyncError } from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { FetchChangeSource, type FetchChangeSourceOptions } from './index.js';

type Answer = () => Response | Promise<Response>;

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

function open(answer: Answer, options: Partial<FetchChangeSourceOptions> = {}) {
  const asked: Asked[] = [];
  const clock = new ManualClock();
  const source = new FetchChangeSource({
    endpoint: 'https://stall.example/changes',
    clock,
    fetch: (input, init = {}) => {
      asked.push({ url: String(input instanceof Request ? input.url : input), init });
      return Promise.resolve(answer());
    },
    ...options,
  });
  return { source, asked, clock };
}

const context = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });
const page =
  (members: object): Answer =>
  () =>
    Response.json({ checkpoint: '1', more: false, changes: [], ...members });
const refusal =
  (status: number, code: string): Answer =>
  () =>
    Response.json(
      { type: `urn:problem-type:cpc-sync:${code}`, title: 'No', status },
      { status, headers: { 'retry-after': '7' } },
    );

test('asks for the changes since a checkpoint, with credentials and without following redirects', async () => {
  const { source, asked } = open(page({ changes: [{ entity: 'a', value: null }] }), {
    channel: 'shop/1',
    principal: 'ann',
    pageSize: 3,
    credentials: (principal) => ({ authorization: `Bearer ${principal}` }),
  });
  expect(await source.pull('12-4', context())).toEqual({
    kind: 'page',
    checkpoint: '1',
    more: false,
    changes: [{ entity: 'a', value: null }],
  });
  expect(asked[0]!.url).toBe('https://stall.example/changes?channel=shop%2F1&since=12-4&limit=3');
  expect(asked[0]!.init).toMatchObject({ redirect: 'error', credentials: 'omit', cache: 'no-store' });
  expect(asked[0]!.init.headers).toEqual({ authorization: 'Bearer ann', accept: 'application/json' });
});

test.each<[string, Answer, string]>([
  ['a portal’s page', () => new Response('<h1>Welcome</h1>'), 'NETWORK_CAPTIVE'],
  ['a 404 of somebody else', () => Response.json({}, { status: 404 }), 'NETWORK_CAPTIVE'],
  ['a gateway’s 502', () => new Response('', { status: 502 }), 'NETWORK_CAPTIVE'],
  ['a page without a checkpoint', page({ checkpoint: 3 }), 'NETWORK_CAPTIVE'],
  ['a change that is none', page({ changes: [{ entity: 'a' }] }), 'NETWORK_CAPTIVE'],
  ['a change that is both', page({ changes: [{ entity: 'a', value: 1, deleted: true }] }), 'NETWORK_CAPTIVE'],
  ['a 410 of somebody else', () => Response.json({}, { status: 410 }), 'NETWORK_CAPTIVE'],
  ['401', refusal(401, 'unauthenticated'), 'UNAUTHENTICATED'],
  ['403', refusal(403, 'forbidden'), 'REJECTED'],
  ['503', refusal(503, 'store-unavailable'), 'SERVER_RETRY'],
  ['no answer', () => Promise.reject(new TypeError('fetch failed')), 'NETWORK_UNREACHABLE'],
])('tells what %s means', async (_, answer, code) => {
  await expect(open(answer).source.pull('1', context())).rejects.toMatchObject({ code });
});

test('passes on how long the server asks to wait', async () => {
  const { source } = open(refusal(503, 'overloaded'));
  await expect(source.pull('1', context())).rejects.toMatchObject({
    details: { status: 503, retryAfterMs: 7_000 },
  });
});

test('knows when the server forgot what it would need', async () => {
  expect(await open(refusal(410, 'checkpoint-expired')).source.pull('1', context())).toEqual({
    kind: 'expired',
  });
});

test('sends nothing where nobody is signed in', async () => {
  const { source, asked } = open(page({}), { credentials: () => undefined });
  await expect(source.pull('1', context())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(asked).toEqual([]);
});

/** A feed of changes of so many bytes each; it notes the limits that it was asked with. */
function feedOf(bytes: number, options: Partial<FetchChangeSourceOptions>) {
  const limits: number[] = [];
  const { source } = open(page({}), {
    ...options,
    fetch: (input) => {
      const { searchParams } = new URL(String(input instanceof Request ? input.url : input));
      const limit = Number(searchParams.get('limit'));
      limits.push(limit);
      const changes = Array.from({ length: limit }, () => ({ entity: 'a', value: 'x'.repeat(bytes) }));
      return Promise.resolve(page({ changes })() as Response);
    },
  });
  return { source, limits, feed: { grow: (size: number) => (bytes = size) } };
}

test('asks for half as much where a page is too large, and for more again where pages are small', async () => {
  const { source, limits, feed } = feedOf(400, { pageSize: 8, maxAnswerBytes: 1_200 });
  expect(await source.pull('1', context())).toMatchObject({ changes: [{}, {}] });
  expect(limits).toEqual([8, 4, 2]);
  await source.pull('1', context());
  expect(limits.slice(3)).toEqual([2]);
  feed.grow(1);
  for (let pull = 0; pull < 4; pull++) await source.pull('1', context());
  expect(limits.slice(4)).toEqual([2, 4, 8, 8]);
});

test('a change that is too large says what to do, and nothing about the network', async () => {
  const { source, limits } = feedOf(1_000, { pageSize: 3, maxAnswerBytes: 1_000 });
  await expect(source.pull('1', context())).rejects.toMatchObject({
    code: 'TRANSPORT_FAILED',
    message: expect.stringMatching(/larger maxAnswerBytes/),
  });
  expect(limits).toEqual([3, 1]);
});

test('refuses addresses that would give credentials away', () => {
  expect(() => open(page({}), { endpoint: 'http://stall.example/changes' })).toThrow(/takes https/);
});

test('hints when the server says that something changed, however the bytes are cut', async () => {
  const parts = [
    ': connected\n',
    '\nevent: cha',
    'nged\ndata: 1\n\nevent: other\n\n',
    'event: changed\r\n\r\n:\n\n',
  ];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const headers = { 'content-type': 'text/event-stream' };
  const { source, clock } = open(() => new Response(stream, { headers }));
  let hints = 0;
  await expect(source.listen(() => hints++, context())).rejects.toMatchObject({
    code: 'NETWORK_UNREACHABLE',
  });
  expect(hints).toBe(2);
  expect(clock.pendingTimers).toBe(0);
});

test('gives a silent connection up', async () => {
  const headers = { 'content-type': 'text/event-stream' };
  const { source, clock } = open(() => new Response(new ReadableStream(), { headers }), {
    silenceMs: 1_000,
    fetch: (_, init) => {
      const stream = new ReadableStream({
        start: (controller) =>
          init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason)),
      });
      return Promise.resolve(new Response(stream, { headers }));
    },
  });
  const ended = source.listen(() => undefined, context()).catch((error: unknown) => error);
  await clock.advance(1_000);
  expect(await ended).toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
});

test('a server without hints ends the connection, not the pulling', async () => {
  const { source } = open(page({}));
  await expect(source.listen(() => undefined, context())).rejects.toMatchObject({ code: 'SERVER_RETRY' });
});

test.each(['pull', 'listen'] as const)(
  'credentials that never come do not keep a %s that is called off',
  async (way) => {
    const { source, asked, clock } = open(page({}), { credentials: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const { signal } = controller;
    const ended = way === 'pull' ? source.pull('1', { signal }) : source.listen(() => undefined, { signal });
    controller.abort(new SyncError('STOPPED', 'enough'));
    await expect(ended).rejects.toMatchObject({ code: 'STOPPED' });
    expect(asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  },
);

test('credentials that never come are silence to whoever listens', async () => {
  const { source, clock } = open(page({}), {
    silenceMs: 1_000,
    credentials: () => new Promise(() => undefined),
  });
  const ended = source.listen(() => undefined, context()).catch((error: unknown) => error);
  await clock.advance(1_000);
  expect(await ended).toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
});

test('credentials that come after the end send nothing', async () => {
  let give: (headers: Readonly<Record<string, string>>) => void = () => undefined;
  const given = new Promise<Readonly<Record<string, string>>>((resolve) => (give = resolve));
  const { source, asked } = open(page({}), { credentials: () => given });
  const controller = new AbortController();
  const ended = source.listen(() => undefined, { signal: controller.signal });
  controller.abort(new SyncError('STOPPED', 'enough'));
  await expect(ended).rejects.toMatchObject({ code: 'STOPPED' });
  give({ authorization: 'late' });
  await given;
  await Promise.resolve();
  expect(asked).toEqual([]);
});
