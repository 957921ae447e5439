import { expect, test } from '@jest/globals';
import { createConnectTransport } from '@connectrpc/connect-web';
import { operation } from '../../test/operation.js';
import { boundedFetch } from './bounded-fetch.js';
import { ConnectTransport } from './connect-transport.js';

/** Answers with a body that never ends, as fast as it is read. */
function endless(contentType: string, status = 200) {
  const read = { bytes: 0, isCancelled: false };
  const fetch = (): Promise<Response> => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        read.bytes += 10_000;
        controller.enqueue(new Uint8Array(10_000));
      },
      cancel: () => void (read.isCancelled = true),
    });
    return Promise.resolve(new Response(body, { status, headers: { 'content-type': contentType } }));
  };
  return { read, fetch: boundedFetch({ fetch, maxAnswerBytes: 1_000_000 }) };
}

test.each([
  ['application/proto', true, 200],
  ['application/json', false, 200],
  ['application/json', true, 503],
])('an endless answer of %s is given up in bounded memory', async (contentType, useBinaryFormat, status) => {
  const { read, fetch } = endless(contentType, status);
  const transport = createConnectTransport({ baseUrl: 'https://api.example', useBinaryFormat, fetch });
  const sent = [operation({ id: 'a' }), operation({ id: 'b' })];
  const outcomes = await new ConnectTransport({ transport }).send(sent, {
    signal: new AbortController().signal,
  });
  const reason = { code: 'NETWORK_CAPTIVE', message: expect.stringContaining('1000000 bytes') };
  expect(outcomes).toMatchObject(sent.map(() => ({ kind: 'unreachable', reason })));
  // Two requests: for both operations, and for the first alone.
  expect(read.bytes).toBeLessThan(2 * 1_100_000);
  expect(read.isCancelled).toBe(true);
});

test('an answer within the bound, or without a body, is as it was', async () => {
  const answers = [Response.json({ ok: true }, { status: 201 }), new Response(null, { status: 204 })];
  const fetch = boundedFetch({ fetch: () => Promise.resolve(answers.shift()!), maxAnswerBytes: 11 });
  const full = await fetch('https://api.example');
  expect([full.status, full.headers.get('content-type'), await full.json()]).toEqual([
    201,
    'application/json',
    { ok: true },
  ]);
  expect((await fetch('https://api.example')).status).toBe(204);
});

test('names the bound that is none', () => {
  expect(() => boundedFetch({ maxAnswerBytes: 0 })).toThrow(/maxAnswerBytes takes an integer/);
});
