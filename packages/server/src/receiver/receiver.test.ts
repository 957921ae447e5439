import { expect, jest, test } from '@jest/globals';
import { formatTimestamp, parseTimestamp } from '@cpc/protocol';
import process from 'node:process';
import { applied, later } from '../answer/handler-answer.js';
import { SqliteEffectStore } from '../sqlite/sqlite-effect-store.js';
import { openStall, type Handler } from '../../test/stall.js';
import { Receiver } from './receiver.js';

test('answers a repeat with the stored answer, byte for byte, and makes one effect', async () => {
  const stall = openStall();
  const first = await stall.post({ key: 'k' });
  expect(first.json).toEqual({ idempotencyKey: 'k', status: 200, result: { name: 'a', at: { n: 1 } } });
  await stall.post({ key: 'other' });
  const repeat = await stall.post({ key: 'k' });
  expect(repeat).toMatchObject({ status: 200, text: first.text });
  expect(stall.effects()).toEqual(['a', 'a']);
});

test('refuses a key that comes back with other content', async () => {
  const stall = openStall({ handlers: { same: { apply: () => applied() } } });
  await stall.post({ key: 'k', headers: { 'sync-entity': 'e' } });
  for (const changed of [
    { body: '{"name":"b"}', headers: { 'sync-entity': 'e' } },
    { headers: { 'sync-entity': 'f' } },
    { headers: { 'sync-entity': 'e', 'sync-version': '2' } },
    { kind: 'same', headers: { 'sync-entity': 'e' } },
  ]) {
    const answer = await stall.post({ key: 'k', ...changed });
    expect(answer).toMatchObject({ status: 422, json: { code: 'KEY_REUSED', idempotencyKey: 'k' } });
  }
  expect(stall.effects()).toEqual(['a']);
});

test('does not mind spaces in a repeat, or that it comes in a batch', async () => {
  const stall = openStall();
  const first = await stall.post({ key: 'k' });
  expect((await stall.post({ key: 'k', body: ' { "name" : "a" } ' })).text).toBe(first.text);
  const batch = await stall.postBatch([{ idempotencyKey: 'k', kind: 'add', payload: { name: 'a' } }]);
  expect(batch.text).toBe(`[${first.text}]`);
  expect(stall.effects()).toEqual(['a']);
});

test('keeps the keys of principals apart', async () => {
  const stall = openStall({ authenticate: (headers) => headers.get('authorization') ?? undefined });
  await stall.post({ key: 'k', headers: { authorization: 'ann' }, body: '{"name":"ann"}' });
  const bob = await stall.post({ key: 'k', headers: { authorization: 'bob' }, body: '{"name":"bob"}' });
  expect(bob).toMatchObject({ status: 200, json: { result: { name: 'bob' } } });
  expect(stall.effects()).toEqual(['ann', 'bob']);
});

test('applies nothing that one person’s device sends under another’s credentials', async () => {
  const stall = openStall({ authenticate: (headers) => headers.get('authorization') ?? undefined });
  const headers = { authorization: 'bob', 'sync-principal': 'ann' };
  const refused = { status: 401, json: { code: 'PRINCIPAL_MISMATCH' } };
  const single = await stall.post({ key: 'k', headers });
  expect(single).toMatchObject({ ...refused, json: { ...refused.json, idempotencyKey: 'k' } });
  expect(single.headers.get('www-authenticate')).toBe('Bearer');
  const item = { idempotencyKey: 'k', kind: 'add', payload: { name: 'a' } };
  expect(await stall.postBatch([item], headers)).toMatchObject(refused);
  expect(stall.effects()).toEqual([]);
  await stall.post({ key: 'k', headers: { ...headers, authorization: 'ann' } });
  await stall.post({ key: 'l', headers: { authorization: 'bob' } });
  expect(stall.effects()).toEqual(['a', 'a']);
});

test('compares names as it is told to, beyond ASCII too, and none where it authenticates nobody', async () => {
  const named = { 'sync-principal': encodeURIComponent('Zoë') };
  const byMail = openStall({
    authenticate: () => 'user-7',
    isSamePrincipal: (name, principal) => name === 'Zoë' && principal === 'user-7',
  });
  expect(await byMail.post({ key: 'k', headers: named })).toMatchObject({ status: 200 });
  const other = await byMail.post({ key: 'l', headers: { 'sync-principal': 'Zoe' } });
  expect(other).toMatchObject({ status: 401, json: { code: 'PRINCIPAL_MISMATCH' } });
  expect(await openStall().post({ key: 'k', headers: named })).toMatchObject({ status: 200 });
  const half = await byMail.post({ key: 'm', headers: { 'sync-principal': '%E4' } });
  expect(half).toMatchObject({ status: 400, json: { code: 'HEADER_MALFORMED' } });
});

test('refuses a key that is older than its memory, and never applies it again (22)', async () => {
  const clock = { now: 1_800_000_000_000 };
  const stall = openStall({ store: { keepKeysForMs: 1_000 * 3_600, now: () => clock.now } });
  const old = uuidAt(clock.now - 1);
  const first = await stall.post({ key: old });
  expect(first).toMatchObject({ status: 200 });
  clock.now += 1_000 * 3_600 + 1;
  // Still stored, it is answered as before.
  expect(await stall.post({ key: old })).toMatchObject({ status: 200, text: first.text });
  await stall.receiver.forgetExpired();
  const late = await stall.post({ key: old });
  expect(late).toMatchObject({ status: 410, json: { code: 'KEY_EXPIRED', idempotencyKey: old } });
  const batch = await stall.postBatch([{ idempotencyKey: old, kind: 'add', payload: { name: 'a' } }]);
  expect(batch.json).toMatchObject([{ status: 410, code: 'KEY_EXPIRED' }]);
  expect(stall.effects()).toEqual(['a']);
  // What is new goes on, and keys that tell no time, for which nobody can know.
  expect(await stall.post({ key: uuidAt(clock.now) })).toMatchObject({ status: 200 });
  expect(await stall.post({ key: 'no-uuid' })).toMatchObject({ status: 200 });
});

test('refuses it also where the key was forgotten while the store was used', async () => {
  const clock = { now: 1_800_000_000_000 };
  const stall = openStall({ store: { keepKeysForMs: 3_600_000, now: () => clock.now } });
  const old = uuidAt(clock.now);
  await stall.post({ key: old });
  clock.now += 2 * 3_600_000;
  for (let number = 0; number < 10; number++) await stall.post({ key: `new ${number}` });
  expect(await stall.post({ key: old })).toMatchObject({ status: 410, json: { code: 'KEY_EXPIRED' } });
  expect(stall.effects()).toHaveLength(11);
});

test('a clock that leaps ahead for one request forgets no key, and calls no new one old', async () => {
  const clock = { now: 1_800_000_000_000 };
  const stall = openStall({ store: { now: () => clock.now } });
  const [first, second] = [uuidAt(clock.now), uuidAt(clock.now + 1)];
  await stall.post({ key: first });
  clock.now += 400 * 24 * 3_600_000;
  expect(await stall.post({ key: second, body: '{"name":"b"}' })).toMatchObject({ status: 200 });
  clock.now -= 400 * 24 * 3_600_000;
  await stall.post({ key: first });
  expect(stall.effects()).toEqual(['a', 'b']);
});

function uuidAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${Math.floor(ms).toString().slice(-12).padStart(12, '0')}`;
}

test('says whom it takes somebody for, and nothing to nobody', async () => {
  const stall = openStall({ authenticate: (headers) => headers.get('authorization') ?? undefined });
  const ask = (headers: Record<string, string>): Promise<Response> =>
    stall.receiver.receive(new Request('https://stall.example/operations/whoami', { headers }));
  const answer = await ask({ authorization: 'ann' });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.json()).toEqual({ principal: 'ann' });
  expect((await ask({})).status).toBe(401);
  const single = new Request('https://stall.example/operations/add');
  expect((await stall.receiver.receive(single)).status).toBe(405);
});

test('asks nobody’s operations to sign in, and reads nothing of them', async () => {
  const stall = openStall({ authenticate: () => undefined });
  const answer = await stall.post({ key: 'k', body: 'not JSON' });
  expect(answer).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED', idempotencyKey: 'k' } });
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(stall.effects()).toEqual([]);
});

test('answers 409 while the first request with the key is running', async () => {
  const gate = openGate();
  const stall = openStall({
    handlers: { slow: { prepare: () => gate.opened, apply: (_operation, tx) => applied(addEffect(tx)) } },
  });
  const first = stall.post({ key: 'k', kind: 'slow' });
  await gate.reached;
  const second = await stall.post({ key: 'k', kind: 'slow' });
  expect(second).toMatchObject({
    status: 409,
    json: { code: 'KEY_IN_USE', idempotencyKey: 'k', retryAfter: 1 },
  });
  expect(second.headers.get('retry-after')).toBe('1');
  gate.open();
  const answer = await first;
  expect(answer.status).toBe(200);
  expect((await stall.post({ key: 'k', kind: 'slow' })).text).toBe(answer.text);
  expect(stall.effects()).toEqual(['effect']);
});

test('a key that is running for one principal is free for another', async () => {
  const gate = openGate();
  const stall = openStall({
    handlers: { slow: { prepare: () => gate.opened, apply: () => applied() } },
    authenticate: (headers) => headers.get('authorization') ?? undefined,
  });
  const ann = stall.post({ key: 'k', kind: 'slow', headers: { authorization: 'ann' } });
  await gate.reached;
  const bob = stall.post({ key: 'k', kind: 'slow', headers: { authorization: 'bob' } });
  gate.open();
  expect([(await ann).status, (await bob).status]).toEqual([200, 200]);
});

test('undoes what a handler wrote before it refused or threw, and stores no answer for it', async () => {
  const stall = openStall();
  expect(await stall.post({ key: 'r', body: '{"name":"refused"}' })).toMatchObject({
    status: 422,
    json: { code: 'NAME_REFUSED', idempotencyKey: 'r', detail: 'Choose another name.' },
  });
  expect(await stall.post({ key: 't', body: '{"name":"thrown"}' })).toMatchObject({
    status: 500,
    json: { code: 'HANDLER_FAILED', idempotencyKey: 't' },
  });
  expect(stall.errors).toEqual([new Error('the handler is broken')]);
  expect(stall.effects()).toEqual([]);
  expect((await stall.post({ key: 't', body: '{"name":"mended"}' })).status).toBe(200);
});

test('tells nothing of a handler’s error to the caller', async () => {
  const stall = openStall();
  const { text } = await stall.post({ key: 't', body: '{"name":"thrown"}' });
  expect(text).not.toContain('broken');
});

test('a handler that is not ready asks to come later', async () => {
  const stall = openStall({ handlers: { busy: { apply: () => later(7, 'Stock-taking.') } } });
  const answer = await stall.post({ key: 'k', kind: 'busy' });
  expect(answer).toMatchObject({ status: 503, json: { code: 'LATER', retryAfter: 7 } });
  expect(answer.headers.get('retry-after')).toBe('7');
});

test('a promise on SQLite is an error that undoes what was written', async () => {
  const eager: Handler = {
    apply: async (_operation, tx) => {
      addEffect(tx);
      await Promise.resolve();
      return applied();
    },
  };
  const stall = openStall({ handlers: { eager } });
  expect((await stall.post({ key: 'k', kind: 'eager' })).status).toBe(500);
  expect(String(stall.errors[0])).toContain('must return values, not promises');
  expect(stall.effects()).toEqual([]);
});

test('a result that is not JSON is an error that undoes the effect', async () => {
  const stall = openStall({
    handlers: { big: { apply: (_o, tx) => applied({ n: BigInt(addEffect(tx).length) }) } },
  });
  expect((await stall.post({ key: 'k', kind: 'big' })).status).toBe(500);
  expect(stall.effects()).toEqual([]);
});

test('tells where a change stands, and a position that is no text undoes the effect', async () => {
  const at = (position: string): Handler => ({
    apply(_operation, tx) {
      addEffect(tx);
      return applied(undefined, undefined, { position });
    },
  });
  const stall = openStall({
    handlers: { good: at('7@ann'), bad: at('7@\ud800'), long: at('7'.repeat(301)) },
  });
  for (const kind of ['bad', 'long']) expect((await stall.post({ key: kind, kind })).status).toBe(500);
  expect(stall.errors.map(String)).toEqual(
    [1, 2].map(() => expect.stringContaining('a position takes a text')),
  );
  expect(stall.effects()).toEqual([]);
  expect((await stall.post({ key: 'k', kind: 'good' })).json).toMatchObject({ position: '7@ann' });
  expect((await stall.post({ key: 'k', kind: 'good' })).json).toMatchObject({ position: '7@ann' });
});

test('applies a change against the version that it was made on, and answers others with the record', async () => {
  const stall = openStall();
  const rename = (key: string, name: string, version?: string): ReturnType<typeof stall.post> =>
    stall.post({
      key,
      kind: 'rename',
      body: JSON.stringify({ name }),
      headers: { 'sync-entity': 'stall%2F1', ...(version !== undefined && { 'if-match': `"${version}"` }) },
    });
  expect((await rename('a', 'Fish')).json).toMatchObject({ version: '1' });
  expect((await rename('b', 'Fruit', '1')).json).toMatchObject({ version: '2' });
  const late = await rename('c', 'Flowers', '1');
  expect(late).toMatchObject({
    status: 412,
    json: {
      code: 'VERSION_CONFLICT',
      idempotencyKey: 'c',
      remote: { value: { name: 'Fruit' }, version: '2' },
    },
  });
  expect((await rename('c', 'Flowers', '2')).json).toMatchObject({ version: '3' });
  expect((await rename('b', 'Fruit', '1')).json).toMatchObject({ status: 200, version: '2' });
  expect(stall.effects()).toEqual(['Fish', 'Fruit', 'Flowers']);
});

test('a precondition on a record that is gone, or on a kind without versions, is not ignored', async () => {
  const stall = openStall();
  const headers = { 'sync-entity': 'gone', 'if-match': '"1"' };
  expect(await stall.post({ key: 'a', kind: 'rename', headers })).toMatchObject({
    status: 412,
    json: { remote: { deleted: true } },
  });
  expect(await stall.post({ key: 'b', headers })).toMatchObject({
    status: 422,
    json: { code: 'PRECONDITION_UNSUPPORTED' },
  });
  expect(stall.effects()).toEqual([]);
});

test('applies a batch item by item, and nothing behind a failed one of its entity', async () => {
  const stall = openStall();
  const item = (key: string, name: string, entity?: string): object => ({
    idempotencyKey: key,
    kind: 'add',
    entity,
    payload: { name },
  });
  const answer = await stall.postBatch([
    item('1', 'one', 'e'),
    item('2', 'refused', 'e'),
    item('3', 'three', 'e'),
    item('4', 'four', 'f'),
    item('5', 'thrown', 'f'),
    item('6', 'six', 'f'),
    item('7', 'seven'),
  ]);
  expect(
    (answer.json as { idempotencyKey: string; status: number }[]).map((i) => [i.idempotencyKey, i.status]),
  ).toEqual([
    ['1', 200],
    ['2', 422],
    ['3', 424],
    ['4', 200],
    ['5', 500],
    ['6', 424],
    ['7', 200],
  ]);
  expect(stall.effects()).toEqual(['one', 'four', 'seven']);
});

test('an item that never reaches the store holds its followers too', async () => {
  const stall = openStall();
  const answer = await stall.postBatch([
    { idempotencyKey: '1', kind: 'add', entity: 'e', payload: { name: 'first' } },
    { idempotencyKey: '2', kind: 'unknown', entity: 'e', payload: {} },
    { idempotencyKey: '3', kind: 'add', entity: 'e', payload: { name: 'behind' } },
    { idempotencyKey: '4', kind: 'add', entity: 'f' },
    { idempotencyKey: '5', kind: 'add', entity: 'f', payload: { name: 'behind' } },
  ]);
  expect((answer.json as { status: number }[]).map(({ status }) => status)).toEqual([
    200, 404, 424, 422, 424,
  ]);
  expect(stall.effects()).toEqual(['first']);
});

test('a repeat in front does not hold its followers, a reused key does', async () => {
  const stall = openStall();
  const item = (key: string, name: string): object => ({
    idempotencyKey: key,
    kind: 'add',
    entity: 'e',
    payload: { name },
  });
  await stall.postBatch([item('1', 'one')]);
  const again = await stall.postBatch([
    item('1', 'one'),
    item('2', 'two'),
    item('1', 'other'),
    item('3', 'three'),
  ]);
  expect((again.json as { status: number }[]).map(({ status }) => status)).toEqual([200, 200, 422, 424]);
  const reused = await stall.postBatch([item('2', 'other'), item('3', 'three')]);
  expect((reused.json as { status: number }[]).map(({ status }) => status)).toEqual([422, 424]);
  expect(stall.effects()).toEqual(['one', 'two']);
});

test.each([
  ['no key', {}, 400, 'KEY_MISSING'],
  ['a bare key', { headers: { 'idempotency-key': 'k' } }, 400, 'KEY_MALFORMED'],
  ['an empty key', { headers: { 'idempotency-key': '""' } }, 400, 'KEY_MALFORMED'],
  ['two keys', { headers: { 'idempotency-key': '"a", "b"' } }, 400, 'KEY_MALFORMED'],
  ['a long key', { key: 'k'.repeat(256) }, 400, 'KEY_MALFORMED'],
  ['an unknown kind', { key: 'k', kind: 'nobody' }, 404, 'KIND_UNKNOWN'],
  ['a kind of every object', { key: 'k', kind: 'constructor' }, 404, 'KIND_UNKNOWN'],
  ['a form', { key: 'k', headers: { 'content-type': 'text/plain' } }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
  [
    'a body in an encoding that is not known',
    { key: 'k', headers: { 'content-encoding': 'br' } },
    415,
    'CONTENT_TYPE_UNSUPPORTED',
  ],
  ['a body that is no JSON', { key: 'k', body: '{' }, 400, 'BODY_MALFORMED'],
  ['an empty body', { key: 'k', body: '' }, 400, 'BODY_MALFORMED'],
  ['a body that is no UTF-8', { key: 'k', body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'BODY_MALFORMED'],
  ['a weak tag', { key: 'k', headers: { 'if-match': 'W/"1"' } }, 400, 'HEADER_MALFORMED'],
  ['any version', { key: 'k', headers: { 'if-match': '*' } }, 400, 'HEADER_MALFORMED'],
  ['a half escaped entity', { key: 'k', headers: { 'sync-entity': '%E4' } }, 400, 'HEADER_MALFORMED'],
  ['a lone surrogate', { key: 'k', body: '{"name":"\\ud800"}' }, 422, 'PAYLOAD_UNSAFE'],
  ['a lone surrogate as a key', { key: 'k', body: '{"\\udc00":1}' }, 422, 'PAYLOAD_UNSAFE'],
  ['__proto__', { key: 'k', body: '{"a":[{"__proto__":{"polluted":1}}]}' }, 422, 'PAYLOAD_UNSAFE'],
  ['constructor.prototype', { key: 'k', body: '{"constructor":{"prototype":{}}}' }, 422, 'PAYLOAD_UNSAFE'],
  ['65 levels', { key: 'k', body: '['.repeat(65) + ']'.repeat(65) }, 422, 'PAYLOAD_UNSAFE'],
  ['100,000 levels', { key: 'k', body: '['.repeat(100_000) + ']'.repeat(100_000) }, 422, 'PAYLOAD_UNSAFE'],
  ['too many bytes', { key: 'k', body: JSON.stringify('x'.repeat(1_000_000)) }, 413, 'BODY_TOO_LARGE'],
])('refuses %s', async (_, request, status, code) => {
  const stall = openStall();
  const answer = await stall.post(request);
  expect(answer).toMatchObject({ status, json: { status, code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect((answer.json as { type: string }).type).toMatch(/^urn:problem-type:cpc-sync:/);
  expect(stall.effects()).toEqual([]);
});

test('takes 64 levels, a word like constructor, and emoji', async () => {
  const stall = openStall({ handlers: { echo: { apply: ({ payload }) => applied(payload) } } });
  for (const body of [
    '['.repeat(64) + ']'.repeat(64),
    '{"constructor":"Ann","prototype":{}}',
    '"🐟 fresh"',
  ]) {
    const answer = await stall.post({ key: body.slice(0, 8).replace(/[^a-z]/g, '_'), kind: 'echo', body });
    expect(JSON.stringify((answer.json as { result: unknown }).result)).toBe(body);
  }
});

test('refuses a whole batch that it cannot answer item by item', async () => {
  const stall = openStall({ maxBatchSize: 2, maxBatchBytes: 500 });
  const item = { idempotencyKey: 'k', kind: 'add', payload: { name: 'a' } };
  expect(await stall.postBatch([item, { kind: 'add', payload: {} }])).toMatchObject({
    status: 400,
    json: { code: 'BATCH_MALFORMED' },
  });
  expect(await stall.postBatch([item, item, item])).toMatchObject({
    status: 413,
    json: { code: 'BATCH_TOO_LARGE' },
  });
  expect(await stall.postBatch([{ ...item, payload: 'x'.repeat(500) }])).toMatchObject({
    status: 413,
    json: { code: 'BODY_TOO_LARGE' },
  });
  expect(stall.effects()).toEqual([]);
});

test('other addresses and methods are not its own', async () => {
  const { receiver } = openStall({ path: '/api/sync' });
  const ask = async (method: string, path: string): Promise<Response> =>
    receiver.receive(new Request(`https://stall.example${path}`, { method }));
  expect((await ask('GET', '/api/sync')).status).toBe(405);
  expect((await ask('GET', '/api/sync')).headers.get('allow')).toBe('POST');
  for (const path of ['/', '/api', '/api/syncs', '/api/sync/a/b', '/api/sync/%E4']) {
    const answer = await ask('POST', path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ type: 'about:blank' });
  }
});

test('turns requests away when there are too many, without reading them', async () => {
  const gate = openGate();
  const stall = openStall({
    maxConcurrent: 1,
    retryAfterSeconds: 3,
    handlers: { slow: { prepare: () => gate.opened, apply: () => applied() } },
  });
  const first = stall.post({ key: 'a', kind: 'slow' });
  await gate.reached;
  const second = await stall.post({ key: 'b' });
  expect(second).toMatchObject({
    status: 503,
    json: { code: 'OVERLOADED', idempotencyKey: 'b', retryAfter: 3 },
  });
  gate.open();
  expect((await first).status).toBe(200);
  expect((await stall.post({ key: 'b' })).status).toBe(200);
});

test('a store that cannot write asks to come later, and tells the operator', async () => {
  const stall = openStall();
  await stall.post({ key: 'a' });
  stall.database.exec('PRAGMA query_only = 1');
  const answer = await stall.post({ key: 'b' });
  expect(answer).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE', idempotencyKey: 'b' } });
  stall.database.exec('PRAGMA query_only = 0');
  expect((await stall.post({ key: 'b' })).status).toBe(200);
  stall.database.close();
  const closed = await stall.post({ key: 'c' });
  expect(closed).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE', idempotencyKey: 'c' } });
  expect(stall.errors).toHaveLength(2);
});

test('what was applied is answered as such, though whoever is told of it throws', async () => {
  const { database } = openStall();
  const broken = new Error('the listener is broken');
  const errors: unknown[] = [];
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    handlers: { any: { apply: () => applied() } },
    onApplied: () => {
      throw broken;
    },
    onError: (error) => errors.push(error),
  });
  const headers = { 'content-type': 'application/json', 'idempotency-key': '"k"' };
  const request = new Request('http://localhost/operations/any', { method: 'POST', headers, body: '{}' });
  expect((await receiver.receive(request)).status).toBe(200);
  expect(errors).toEqual([broken]);
});

test('an item that would be too large alone is refused in a batch too, and takes no other with it', async () => {
  const stall = openStall({ maxPayloadBytes: 100 });
  const item = (key: string, name: string): object => ({
    idempotencyKey: key,
    kind: 'add',
    payload: { name },
  });
  const answer = await stall.postBatch([
    item('a', 'a'),
    item('large', 'ä'.repeat(45)),
    item('b', 'ä'.repeat(44)),
  ]);
  expect(answer).toMatchObject({ status: 200, json: [{ status: 200 }, {}, { status: 200 }] });
  const alone = await stall.post({ key: 'large', body: JSON.stringify({ name: 'ä'.repeat(45) }) });
  expect(alone).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE', idempotencyKey: 'large' } });
  expect((answer.json as unknown[])[1]).toEqual(alone.json);
  expect(stall.effects()).toHaveLength(2);
});

test.each([
  ['throws', () => fail()],
  ['rejects', () => Promise.resolve().then(fail) as unknown as undefined],
])('an onError that %s changes no answer, and is told of once', async (_, onError) => {
  const { database } = openStall();
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
  const authenticate = (headers: { get(name: string): string | null }): string => headers.get('x') ?? fail();
  const handlers = {
    any: { apply: fail },
    prepared: { prepare: fail, apply: () => applied() },
    told: { apply: () => applied() },
  };
  const store = new SqliteEffectStore(database);
  const receiver = new Receiver({ store, handlers, authenticate, onError, onApplied: () => fail() });
  const statusOf = async (kind: string, signedIn: object = { x: 'ann' }): Promise<number> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `"${kind}"`, ...signedIn };
    const init = { method: 'POST', headers, body: '{}' };
    return (await receiver.receive(new Request(`http://localhost/operations/${kind}`, init))).status;
  };
  try {
    expect(await statusOf('any', {})).toBe(503);
    expect(await statusOf('any')).toBe(500);
    expect(await statusOf('prepared')).toBe(500);
    expect(await statusOf('told')).toBe(200);
    database.close();
    expect(await statusOf('told')).toBe(503);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/onError failed/), expect.objectContaining({ code: 'CPC_ON_ERROR_FAILED' })],
    ]);
  } finally {
    warn.mockRestore();
  }
});

test('a listener for what was applied that rejects is reported', async () => {
  const { database } = openStall();
  const errors: unknown[] = [];
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    handlers: { any: { apply: () => applied() } },
    onApplied: () => Promise.resolve().then(fail) as unknown as undefined,
    onError: (error) => errors.push(error),
  });
  const headers = { 'content-type': 'application/json', 'idempotency-key': '"k"' };
  const request = new Request('http://localhost/operations/any', { method: 'POST', headers, body: '{}' });
  expect((await receiver.receive(request)).status).toBe(200);
  expect(errors).toEqual([new Error('broken')]);
});

test('a promise by its then alone, as query builders are, is a promise too', async () => {
  const builder = { then: (resolve: (answer: unknown) => void) => resolve(applied()) };
  const eager: Handler = { apply: () => builder as never };
  const stall = openStall({ handlers: { eager } });
  expect((await stall.post({ key: 'k', kind: 'eager' })).status).toBe(500);
  expect(String(stall.errors[0])).toContain('must return values, not promises');
});

test('names the option that is out of range', () => {
  expect(() => openStall({ path: 'operations/' })).toThrow(/path takes a path such as/);
  expect(() => openStall({ maxBatchSize: 0 })).toThrow(/maxBatchSize takes an integer/);
});

function addEffect(tx: Parameters<Handler['apply']>[1]): string {
  tx.prepare('INSERT INTO effects (name) VALUES (?)').run('effect');
  return 'effect';
}

function fail(): never {
  throw new Error('broken');
}

/** Lets a handler wait until the test says so. */
function openGate(): { readonly reached: Promise<void>; readonly opened: Promise<void>; open: () => void } {
  let reach: () => void = () => undefined;
  let open: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opening = new Promise<void>((resolve) => (open = resolve));
  return {
    reached,
    get opened() {
      reach();
      return opening;
    },
    open: () => open(),
  };
}

test('cuts timestamps from the future back to its own time, in order, and tells that time', async () => {
  const now = Date.UTC(2026, 0, 31, 10, 0, 0);
  const stamps: unknown[] = [];
  const keep: Handler = {
    apply: ({ timestamp }) => {
      stamps.push(timestamp);
      return applied();
    },
  };
  const stall = openStall({ handlers: { keep }, now: () => now });
  const stamp = (ms: number): string => formatTimestamp({ ms, counter: 0, node: 'phone' });
  const ahead = stamp(now + 365 * 24 * 3_600_000);
  const single = await stall.post({ key: 'a', kind: 'keep', headers: { 'sync-timestamp': ahead } });
  expect(single.headers.get('date')).toBe('Sat, 31 Jan 2026 10:00:00 GMT');
  await stall.postBatch([
    { idempotencyKey: 'b', kind: 'keep', timestamp: ahead, payload: 1 },
    { idempotencyKey: 'c', kind: 'keep', timestamp: stamp(now - 1), payload: 1 },
  ]);
  expect(stamps.map((text) => parseTimestamp(String(text))?.ms)).toEqual([now, now, now - 1]);
  expect(stamps[1]! > stamps[0]!).toBe(true);
  // The key is used up by what was sent, which stays the same however often it comes.
  expect((await stall.post({ key: 'a', kind: 'keep', headers: { 'sync-timestamp': ahead } })).status).toBe(
    200,
  );
});

test('says what a change without a version was applied to, where the kind has versions', async () => {
  const stall = openStall();
  const rename = (key: string, version?: string) =>
    stall.post({
      key,
      kind: 'rename',
      headers: { 'sync-entity': 'e', ...(version !== undefined && { 'if-match': `"${version}"` }) },
    });
  expect((await rename('a')).json).toEqual({ idempotencyKey: 'a', status: 200, version: '1' });
  expect((await rename('b')).json).toMatchObject({ version: '2', previousVersion: '1' });
  expect((await rename('c', '2')).json).toMatchObject({ version: '3', previousVersion: '2' });
  expect((await stall.post({ key: 'd' })).json).not.toHaveProperty('previousVersion');
});
