import { expect, test } from '@jest/globals';
import { problem } from '@cpc/protocol';
import { SyncError } from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { operation } from '../../test/operation.js';
import { batching, echoing, scriptedFetch } from '../../test/scripted-fetch.js';
import { FetchTransport } from './fetch-transport.js';
import type { FetchTransportOptions } from './fetch-transport-options.js';

const endpoint = 'https://api.example/operations';
const context = { signal: new AbortController().signal };

function transportOn(
  fetch: typeof globalThis.fetch,
  options: Partial<FetchTransportOptions> = {},
): FetchTransport {
  return new FetchTransport({ endpoint, fetch, clock: new ManualClock(), ...options });
}

test('sends an operation as one POST with its key, its precondition and its payload’s own text', async () => {
  const { fetch, seen } = scriptedFetch(
    echoing(200, { result: { ok: true }, version: '8', position: 'stalls:41' }),
  );
  const sent = operation({
    id: 'a"b\\c',
    entity: 'stall/Zürich',
    baseVersion: '7',
    payloadJson: '{ "price": 1.50, "name": "Käse" }',
  });
  const outcomes = await transportOn(fetch).send([sent], context);
  expect(outcomes).toEqual([
    { kind: 'acknowledged', result: { ok: true }, version: '8', position: 'stalls:41' },
  ]);
  expect(seen[0]!.url).toBe('https://api.example/operations/preferences.setCurrency');
  expect(seen[0]!.body).toBe('{ "price": 1.50, "name": "Käse" }');
  expect(Object.fromEntries(seen[0]!.headers)).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': '"a\\"b\\\\c"',
    'if-match': '"7"',
    'sync-entity': 'stall%2FZ%C3%BCrich',
    'sync-version': '1',
  });
  expect(seen[0]!.init).toMatchObject({ method: 'POST', redirect: 'error', credentials: 'omit' });
});

test('repeats an operation as the same request, whatever happened in between', async () => {
  const { fetch, seen } = scriptedFetch(
    () => Promise.reject(new TypeError('fetch failed')),
    echoing(503),
    echoing(200),
  );
  const transport = transportOn(fetch);
  for (const attempts of [0, 0, 1]) {
    await transport.send([operation({ id: 'k', entity: 'e', baseVersion: '1', attempts })], context);
  }
  const [first, ...others] = seen.map(({ url, body, headers }) => ({ url, body, headers: [...headers] }));
  expect(others).toEqual([first, first]);
});

test.each([
  [200, 'acknowledged'],
  [201, 'acknowledged'],
  [400, 'rejected'],
  [401, 'unauthenticated'],
  [403, 'rejected'],
  [404, 'rejected'],
  [408, 'retry'],
  [409, 'retry'],
  [412, 'conflict'],
  [413, 'rejected'],
  [422, 'rejected'],
  [425, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('takes the receiver’s %i as %s', async (status, kind) => {
  const { fetch } = scriptedFetch(echoing(status));
  const [outcome] = await transportOn(fetch).send([operation({ id: 'k' })], context);
  expect(outcome!.kind).toBe(kind);
});

test.each([
  [200, 'unreachable', 'NETWORK_CAPTIVE'],
  [401, 'unauthenticated', 'UNAUTHENTICATED'],
  [403, 'unreachable', 'NETWORK_CAPTIVE'],
  [404, 'unreachable', 'NETWORK_CAPTIVE'],
  [409, 'unreachable', 'NETWORK_CAPTIVE'],
  [422, 'unreachable', 'NETWORK_CAPTIVE'],
  [429, 'retry', 'SERVER_RETRY'],
  [502, 'unreachable', 'NETWORK_CAPTIVE'],
  [511, 'unreachable', 'NETWORK_CAPTIVE'],
])('takes a %i of somebody between as %s', async (status, kind, code) => {
  for (const body of ['<html>Sign in</html>', '{}', '[]', 'null', '{"idempotencyKey":"another"}', '']) {
    const { fetch } = scriptedFetch(() => new Response(body, { status }));
    const [outcome] = await transportOn(fetch).send([operation({ id: 'k' })], context);
    expect(outcome).toMatchObject({ kind, reason: { code, status } });
  }
});

test('takes no refusal for a success, though something between made its status 200', async () => {
  const type = 'urn:problem-type:cpc-sync:handler-failed';
  const single = transportOn(scriptedFetch(echoing(200, { type, status: 500 })).fetch);
  expect(await single.send([operation({ id: 'k' })], context)).toMatchObject([{ kind: 'unreachable' }]);
  const refused = scriptedFetch(() => Response.json({ type, status: 503 }));
  const batch = transportOn(refused.fetch, { maxBatchSize: 2 });
  expect(await batch.send([operation({ id: 'k' })], context)).toMatchObject([{ kind: 'unreachable' }]);
});

test('gives the server’s record with a conflict', async () => {
  const remote = { value: { code: 'USD' }, version: '9', timestamp: 5 };
  const { fetch } = scriptedFetch(echoing(412, { remote }));
  const outcomes = await transportOn(fetch).send([operation({ id: 'k', baseVersion: '1' })], context);
  expect(outcomes).toEqual([{ kind: 'conflict', remote }]);
});

test('tells the server’s code and words of a refusal', async () => {
  const { fetch } = scriptedFetch(echoing(422, { code: 'UNKNOWN_CURRENCY', detail: 'No such currency.' }));
  const [outcome] = await transportOn(fetch).send([operation({ id: 'k' })], context);
  expect(outcome).toMatchObject({
    kind: 'rejected',
    reason: { code: 'UNKNOWN_CURRENCY', message: 'No such currency.', status: 422 },
  });
});

test('an answer that does not come in time is unreachable and leaves no timer', async () => {
  const clock = new ManualClock();
  const { fetch } = scriptedFetch(({ init }) => hang(init.signal!));
  const sending = transportOn(fetch, { clock, timeoutMs: 5_000 }).send([operation({ id: 'k' })], context);
  await clock.advance(4_999);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(1);
  expect((await sending)[0]).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
  expect(clock.pendingTimers).toBe(0);
});

test('an answer whose body hangs is unreachable in time', async () => {
  const clock = new ManualClock();
  const { fetch } = scriptedFetch(({ init }) => new Response(endless(init.signal!), { status: 200 }));
  const sending = transportOn(fetch, { clock, timeoutMs: 5_000 }).send([operation({ id: 'k' })], context);
  await clock.advance(5_000);
  expect((await sending)[0]).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
});

test('reads no more of an answer than its bound', async () => {
  const { fetch } = scriptedFetch(() => new Response('x'.repeat(101), { status: 200 }));
  const transport = transportOn(fetch, { maxAnswerBytes: 100 });
  const [outcome] = await transport.send([operation({ id: 'k' })], context);
  expect(outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'NETWORK_CAPTIVE' } });
});

test('asks for less where the answer to a batch is too large, so that it comes through', async () => {
  const { fetch, seen } = scriptedFetch(batching(() => 200));
  const transport = transportOn(fetch, { maxAnswerBytes: 100, maxBatchSize: 10 });
  const sent = ['a', 'b', 'c', 'd'].map((id) => operation({ id }));
  expect((await transport.send(sent, context)).map(({ kind }) => kind)).toEqual(
    sent.map(() => 'acknowledged'),
  );
  expect(seen.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([4, 2, 2]);
});

test('a send that is called off is unreachable with the reason’s code', async () => {
  const clock = new ManualClock();
  const { fetch } = scriptedFetch(({ init }) => hang(init.signal!));
  const controller = new AbortController();
  const sending = transportOn(fetch, { clock }).send([operation({ id: 'k' })], { signal: controller.signal });
  await clock.advance(0);
  controller.abort(new SyncError('LEASE_LOST', 'somebody else has it'));
  expect((await sending)[0]).toMatchObject({ kind: 'unreachable', reason: { code: 'LEASE_LOST' } });
  expect(clock.pendingTimers).toBe(0);
});

test('asks for credentials before each request and gives them only the principal', async () => {
  const { fetch, seen } = scriptedFetch(echoing(200));
  const asked: (string | undefined)[] = [];
  const transport = transportOn(fetch, {
    credentials: (principal) => {
      asked.push(principal);
      return { authorization: `Bearer ${principal} ${asked.length}`, 'idempotency-key': 'forged' };
    },
  });
  await transport.send([operation({ id: 'k', principal: 'ann' })], context);
  await transport.send([operation({ id: 'k', principal: 'ann' })], context);
  expect(asked).toEqual(['ann', 'ann']);
  expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer ann 1', 'Bearer ann 2']);
  expect(seen[0]!.headers.get('idempotency-key')).toBe('"k"');
});

test('sends nothing for somebody who is not signed in', async () => {
  const { fetch, seen } = scriptedFetch(echoing(200));
  const transport = transportOn(fetch, { credentials: () => undefined });
  const [outcome] = await transport.send([operation({ id: 'k', principal: 'ann' })], context);
  expect(outcome).toMatchObject({ kind: 'unauthenticated', reason: { code: 'UNAUTHENTICATED' } });
  expect(seen).toEqual([]);
});

test('credentials that cannot be had now are a matter of the network', async () => {
  const { fetch, seen } = scriptedFetch(echoing(200));
  const transport = transportOn(fetch, { credentials: () => Promise.reject(new Error('no token service')) });
  const [outcome] = await transport.send([operation({ id: 'k' })], context);
  expect(outcome).toMatchObject({ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } });
  expect(seen).toEqual([]);
});

test.each([
  ['http://api.example/operations', /https, or http on loopback/],
  ['ftp://localhost/operations', /https, or http on loopback/],
  ['https://api.example/operations?key=1', /without query/],
  ['https://me:secret@api.example/', /without query/],
  ['/operations', /takes an address/],
])('refuses the endpoint %s', (bad, message) => {
  expect(() => new FetchTransport({ endpoint: bad })).toThrow(message);
});

test.each(['http://localhost:8080/o', 'http://127.0.0.1/o', 'http://[::1]:1/o', 'http://a.localhost/o'])(
  'takes the loopback endpoint %s',
  (loopback) => {
    expect(() => new FetchTransport({ endpoint: loopback })).not.toThrow();
  },
);

test('sends nothing to an origin that is not on the list', async () => {
  const { fetch, seen } = scriptedFetch(echoing(200));
  const transport = new FetchTransport({
    endpoint: ({ kind }) => (kind === 'bad' ? 'https://evil.example/' : 'https://api.example/'),
    allowedOrigins: ['https://api.example'],
    fetch,
  });
  const operations = [operation({ id: 'a' }), operation({ id: 'b', kind: 'bad' })];
  await expect(transport.send(operations, context)).rejects.toThrow(/evil\.example is not in allowedOrigins/);
  expect(seen).toEqual([]);
});

test('rejects what cannot be sent over HTTP, and holds only its followers', async () => {
  const { fetch, seen } = scriptedFetch(batching(() => 200));
  const outcomes = await transportOn(fetch, { maxBatchSize: 10 }).send(
    [
      operation({ id: 'ok', entity: 'e' }),
      operation({ id: 'schlüssel', entity: 'e' }),
      operation({ id: 'follower', entity: 'e' }),
      operation({ id: 'other', entity: 'f' }),
    ],
    context,
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'rejected', 'skipped', 'acknowledged']);
  expect(seen).toHaveLength(1);
});

test('carries a batch as one array, with each payload’s own text', async () => {
  const { fetch, seen } = scriptedFetch(batching((key) => (key === 'b' ? 422 : 200)));
  const outcomes = await transportOn(fetch, { maxBatchSize: 10 }).send(
    [
      operation({ id: 'a', payloadJson: '{"n":1.0}', entity: 'e', baseVersion: '3' }),
      operation({ id: 'b', payloadJson: '[ ]' }),
    ],
    context,
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'rejected']);
  expect(seen[0]!.url).toBe(endpoint);
  expect(seen[0]!.body).toContain('"payload":{"n":1.0}}');
  expect(seen[0]!.body).toContain('"payload":[ ]}');
  expect(JSON.parse(seen[0]!.body)).toMatchObject([
    { idempotencyKey: 'a', entity: 'e', version: 1, baseVersion: '3' },
    { idempotencyKey: 'b' },
  ]);
});

test('never mixes principals in a request, and keeps the order between requests', async () => {
  const { fetch, seen } = scriptedFetch(batching((key) => (key === 'b' ? 503 : 200)));
  const outcomes = await transportOn(fetch, { maxBatchSize: 10 }).send(
    [
      operation({ id: 'a', principal: 'ann', entity: 'e' }),
      operation({ id: 'b', principal: 'bob', entity: 'e' }),
      operation({ id: 'c', principal: 'ann', entity: 'e' }),
      operation({ id: 'd', principal: 'ann', entity: 'f' }),
    ],
    context,
  );
  expect(seen.map(({ body }) => keysOf(body))).toEqual([['a'], ['b'], ['d']]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'retry', 'skipped', 'acknowledged']);
});

test('keeps each batch within its bytes', async () => {
  const { fetch, seen } = scriptedFetch(batching(() => 200));
  const payload = 'x'.repeat(400);
  const operations = ['a', 'b', 'c', 'd', 'e'].map((id) => operation({ id, payload }));
  await transportOn(fetch, { maxBatchSize: 10, maxBatchBytes: 1_200 }).send(operations, context);
  expect(seen.map(({ body }) => keysOf(body))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  for (const { body } of seen) expect(body.length).toBeLessThanOrEqual(1_200);
});

test('halves a batch that the receiver refuses as a whole, until only the poison is left out', async () => {
  const { fetch, seen } = scriptedFetch((request) => {
    const keys = keysOf(request.body);
    if (!keys.includes('poison')) return batching(() => 200)(request);
    return Response.json({ type: 'urn:problem-type:cpc-sync:malformed', status: 400 }, { status: 400 });
  });
  const operations = ['a', 'b', 'poison', 'c', 'd'].map((id) => operation({ id }));
  const outcomes = await transportOn(fetch, { maxBatchSize: 10 }).send(operations, context);
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'acknowledged',
    'acknowledged',
    'rejected',
    'acknowledged',
    'acknowledged',
  ]);
  expect(seen.length).toBeLessThanOrEqual(7);
});

test('takes a batch’s answer that leaves a key out, or swaps two, as somebody else’s', async () => {
  for (const keys of [['a'], ['b', 'a'], ['a', 'b', 'c']]) {
    const answer = keys.map((idempotencyKey) => ({ idempotencyKey, status: 200 }));
    const { fetch } = scriptedFetch(() => Response.json(answer));
    const operations = [operation({ id: 'a' }), operation({ id: 'b' })];
    const outcomes = await transportOn(fetch, { maxBatchSize: 10 }).send(operations, context);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable']);
  }
});

test('tries no further request of a send once the server is out of reach', async () => {
  const { fetch, seen } = scriptedFetch(() => Promise.reject(new TypeError('fetch failed')));
  const operations = ['a', 'b', 'c'].map((id) => operation({ id }));
  const outcomes = await transportOn(fetch).send(operations, context);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable', 'unreachable']);
  expect(seen).toHaveLength(1);
});

test('names the option that is out of range', () => {
  expect(() => new FetchTransport({ endpoint, maxBatchSize: 0 })).toThrow(/maxBatchSize takes an integer/);
  expect(() => new FetchTransport({ endpoint, timeoutMs: Number.NaN })).toThrow(/timeoutMs takes an integer/);
});

function keysOf(body: string): readonly string[] {
  return (JSON.parse(body) as { idempotencyKey: string }[]).map(({ idempotencyKey }) => idempotencyKey);
}

function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

function endless(signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
  });
}

test('tells the server’s time by the answers of its own, half a second after their whole ones', async () => {
  const date = { date: 'Tue, 14 Nov 2023 22:13:20 GMT' };
  const { fetch } = scriptedFetch(
    echoing(200, {}, date),
    echoing(422, {}, date),
    () => Response.json(problem('UNAUTHENTICATED'), { status: 401, headers: date }),
    () => new Response('<html>', { status: 200, headers: date }),
    () => new Response('', { status: 502, headers: date }),
    () => Response.redirect('https://portal.example/login'),
    echoing(200),
    echoing(200, {}, { date: 'tomorrow' }),
  );
  const transport = transportOn(fetch);
  const heard: number[][] = [];
  for (let answer = 0; answer < 8; answer++) {
    const times: number[] = [];
    await transport.send([operation({ id: 'k' })], { ...context, heardTime: (ms) => times.push(ms) });
    heard.push(times);
  }
  const own = [1_700_000_000_500];
  expect(heard).toEqual([own, own, own, [], [], [], [], []]);
});
