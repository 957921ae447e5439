import { expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  duplicate,
  type Fault,
  forged,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  ok,
  redirect,
  requestLost,
  serverError,
  signedOut,
  versionConflict,
} from '../faults/fault.js';
import { always, type FaultPlan, sequence, withClockSkew, withLatency } from '../faults/fault-plan.js';
import { constantLatency } from '../faults/latency.js';
import { faultFetch } from './fault-fetch.js';

const endpoint = 'https://api.example/operations';
const NOW = 1_700_000_000_000;
const inTwentySeconds = new Date(NOW + 20_000).toUTCString();

/** A server that counts effects and answers with what it was sent. */
function setUp(plan: FaultPlan) {
  const clock = new ManualClock({ now: NOW });
  const effects: string[] = [];
  const server: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    effects.push(`${request.method} ${new URL(request.url).host} ${body}`);
    return new Response(`{"got":${body || null}}`, {
      headers: { date: new Date(NOW).toUTCString(), 'content-type': 'application/json' },
    });
  };
  return { clock, effects, ...faultFetch(plan, { clock, fetch: server }) };
}

const post = (key = 'k', init: RequestInit = {}): [string, RequestInit] => [
  `${endpoint}/pay`,
  { method: 'POST', body: '{"n":1}', headers: { 'idempotency-key': `"${key}"` }, ...init },
];

const batch = (...keys: readonly string[]): RequestInit => ({
  method: 'POST',
  body: `[${keys.map((idempotencyKey) => JSON.stringify({ idempotencyKey, payload: 1 })).join(', ')}]`,
});

test.each<[string, Fault, number]>([
  ['before the effect', requestLost, 0],
  ['after the effect', answerLost, 1],
])('a connection that breaks %s is a TypeError', async (_, fault, count) => {
  const { fetch, effects, history } = setUp(always(fault));
  await expect(fetch(...post())).rejects.toThrow(TypeError);
  expect(effects).toHaveLength(count);
  expect(history.faults('k')).toEqual([fault.kind]);
});

test('a doubled request has its effect twice, and one answer', async () => {
  const { fetch, effects } = setUp(always(duplicate));
  expect(await (await fetch(...post())).json()).toEqual({ got: { n: 1 } });
  expect(effects).toEqual(['POST api.example {"n":1}', 'POST api.example {"n":1}']);
});

test.each(['otherKey', 'tooMany', 'tooFew'] as const)(
  'an answer that is none of the receiver keeps its body when items of it are forged: %s',
  async (how) => {
    const sorry = () => Promise.resolve(new Response('<p>Sorry</p>', { status: 503 }));
    const { fetch } = faultFetch(always(forged(how)), { clock: new ManualClock(), fetch: sorry });
    const response = await fetch(...post());
    expect([response.status, await response.text()]).toEqual([503, '<p>Sorry</p>']);
  },
);

test('a torn answer breaks in the middle of its body', async () => {
  const { fetch } = setUp(always(halfAnswer));
  const response = await fetch(...post());
  expect(response.status).toBe(200);
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe('{"got":');
  await expect(reader.read()).rejects.toThrow('fetch failed');
});

test.each<[string, Fault, number]>([
  ['before the effect', hang, 0],
  ['after the effect', hangAfterEffect, 1],
])('a request that hangs %s ends with the caller’s reason alone', async (_, fault, count) => {
  const { clock, fetch, effects } = setUp(always(fault));
  const controller = new AbortController();
  const sent = fetch(...post('k', { signal: controller.signal }));
  let isSettled = false;
  sent.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  await clock.advance(10_000_000);
  expect(isSettled).toBe(false);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(sent).rejects.toBe(reason);
  expect(effects).toHaveLength(count);
});

test.each<[string, Fault, number, object]>([
  ['an overload', busy(20_000), 429, { code: 'OVERLOADED', idempotencyKey: 'k' }],
  ['a failure', serverError, 500, { code: 'HANDLER_FAILED', idempotencyKey: 'k' }],
  ['a key in use', keyInUse, 409, { code: 'KEY_IN_USE', idempotencyKey: 'k' }],
  ['a sign-in that is over', signedOut, 401, { code: 'UNAUTHENTICATED', idempotencyKey: 'k' }],
  [
    'a conflict',
    versionConflict({ value: 1, version: '2' }),
    412,
    { idempotencyKey: 'k', remote: { value: 1, version: '2' } },
  ],
])('%s is the server’s own answer, without an effect', async (_, fault, status, body) => {
  const { fetch, effects } = setUp(always(fault));
  const response = await fetch(...post());
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({ ...body, status });
  expect(effects).toEqual([]);
});

test('of a batch each item is refused where the refusal concerns items, and else the batch', async () => {
  const { fetch } = setUp(sequence([keyInUse, serverError]));
  const response = await fetch(endpoint, batch('a', 'b'));
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject([
    { idempotencyKey: 'a', status: 409 },
    { idempotencyKey: 'b', status: 409 },
  ]);
  const whole = await fetch(endpoint, batch('a', 'b'));
  expect(whole.status).toBe(500);
  expect(await whole.json()).toMatchObject({ type: 'urn:problem-type:cpc-sync:handler-failed' });
});

test.each<[string, Fault, string]>([
  ['in seconds', busy(19_001), '20'],
  ['as a date', busy(20_000, 'date'), inTwentySeconds],
])('Retry-After comes %s', async (_, fault, value) => {
  const { fetch } = setUp(always(fault));
  expect((await fetch(...post())).headers.get('retry-after')).toBe(value);
});

test('a skewed clock shows in Date and in what is derived from it', async () => {
  const { fetch } = setUp(withClockSkew(3_600_000, sequence([busy(20_000, 'date')])));
  const refused = await fetch(...post());
  expect(refused.headers.get('date')).toBe(new Date(NOW + 3_600_000).toUTCString());
  expect(refused.headers.get('retry-after')).toBe(new Date(NOW + 3_620_000).toUTCString());
  const answered = await fetch(...post());
  expect(answered.headers.get('date')).toBe(new Date(NOW + 3_600_000).toUTCString());
});

test.each<[string, Fault, number]>([
  ['a captive portal', captivePortal, 200],
  ['a gateway', badGateway, 502],
])('%s answers with a page of its own', async (_, fault, status) => {
  const { fetch, effects } = setUp(always(fault));
  const response = await fetch(...post());
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch('text/html');
  expect(effects).toEqual([]);
});

test('a redirect is followed as platforms do it, unless the caller forbids it', async () => {
  const to = 'https://evil.example/';
  const { fetch, effects } = setUp(
    sequence([redirect(to, 307), redirect(to, 302), redirect(to), redirect(to)]),
  );
  await fetch(...post());
  await fetch(...post());
  expect(effects).toEqual(['POST evil.example {"n":1}', 'GET evil.example ']);
  await expect(fetch(...post('k', { redirect: 'error' }))).rejects.toThrow(TypeError);
  expect((await fetch(...post('k', { redirect: 'manual' }))).headers.get('location')).toBe(to);
  expect(effects).toHaveLength(2);
});

test('latency passes on the clock, and ends with the caller’s patience', async () => {
  const { clock, fetch, effects } = setUp(withLatency(constantLatency(1_000)));
  const slow = fetch(...post());
  await clock.advance(999);
  expect(effects).toHaveLength(1);
  await clock.advance(1);
  expect((await slow).status).toBe(200);
  const controller = new AbortController();
  const impatient = fetch(...post('k', { signal: controller.signal }));
  await clock.advance(100);
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  expect(clock.pendingTimers).toBe(0);
  expect(effects).toHaveLength(1);
});

test('a fetch loses an answer, and asks to come later', async () => {
  const save = (fetch: typeof globalThis.fetch): Promise<Response> => fetch(...post());
  const realFetch = setUp(always(ok)).fetch;
  const clock = new ManualClock();
  // #region fetch
  const { fetch, history } = faultFetch(sequence([answerLost, busy(20_000)]), { clock, fetch: realFetch });
  await expect(save(fetch)).rejects.toThrow(TypeError);
  expect((await save(fetch)).headers.get('retry-after')).toBe('20');
  expect((await save(fetch)).ok).toBe(true);
  expect(history.attempts('k')).toHaveLength(3);
  expect(history.changedRepeats()).toEqual([]);
  // #endregion
});

test('the history has keys, times and bytes, without credentials', async () => {
  const { clock, fetch, history } = setUp(always(ok));
  const withToken = (authorization: string) =>
    post('k', { headers: { 'idempotency-key': '"k"', authorization } });
  await fetch(...withToken('first'));
  await clock.advance(700);
  await fetch(...withToken('second'));
  expect(history.delays('k')).toEqual([700]);
  expect(history.changedRepeats()).toEqual([]);
  expect(history.forms('k').join()).not.toContain('first');
  await fetch(...post('k', { body: '{"n":1 }' }));
  expect(history.changedRepeats()).toEqual(['k']);
  await fetch(endpoint, batch('b', 'c'));
  expect(history.forms('c')).toEqual(['{"idempotencyKey":"c","payload":1}']);
});

test('takes a Request as well, and requests that carry no operation', async () => {
  const { fetch, effects, history } = setUp(sequence([duplicate]));
  await fetch(new Request(...post('a"b'.replace('"', '\\"'))));
  expect(effects).toHaveLength(2);
  expect(history.attempts('a"b')).toHaveLength(1);
  await fetch('https://api.example/health');
  await fetch(endpoint, { method: 'POST', body: '[not json' });
  expect(history.records.slice(1)).toMatchObject([{ operations: [] }, { operations: [] }]);
});
