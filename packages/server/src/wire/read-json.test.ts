import { expect, test } from '@jest/globals';
import { deflateSync, gzipSync } from 'node:zlib';
import { openStall } from '../../test/stall.js';

const zipped = { 'content-encoding': 'gzip' };
const bodyOf = (bytes: Uint8Array): BodyInit => new Uint8Array(bytes);

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['GZIP', gzipSync],
] as const)('takes a body with %s, and knows its repeat without it', async (encoding, compress) => {
  const stall = openStall();
  const headers = { 'content-encoding': encoding };
  const first = await stall.post({ key: 'k', body: bodyOf(compress('{"name":"a"}')), headers });
  expect(first.status).toBe(200);
  expect((await stall.post({ key: 'k' })).text).toBe(first.text);
  expect(stall.effects()).toEqual(['a']);
});

test('a small body that unfolds to a large one is too large, and no more of it is unfolded', async () => {
  const stall = openStall({ maxPayloadBytes: 10_000 });
  const bomb = gzipSync(JSON.stringify({ name: 'x'.repeat(5_000_000) }));
  expect(bomb.byteLength).toBeLessThan(10_000);
  const answer = await stall.post({ key: 'k', body: bodyOf(bomb), headers: zipped });
  expect(answer).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE', idempotencyKey: 'k' } });
});

test.each([
  ['no gzip', new TextEncoder().encode('{"name":"a"}')],
  ['half of one', gzipSync('{"name":"a"}').subarray(0, 12)],
])('a body that is %s is malformed', async (_, bytes) => {
  const answer = await openStall().post({ key: 'k', body: bodyOf(bytes), headers: zipped });
  expect(answer).toMatchObject({ status: 400, json: { code: 'BODY_MALFORMED', idempotencyKey: 'k' } });
});

test('an encoding that is not known is answered with 415', async () => {
  const answer = await openStall().post({ key: 'k', headers: { 'content-encoding': 'br' } });
  expect(answer).toMatchObject({ status: 415, json: { code: 'CONTENT_TYPE_UNSUPPORTED' } });
});
