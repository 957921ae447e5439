import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { answerLost, busy, duplicate, type Fault, halfAnswer, ok, requestLost } from '../faults/fault.js';
import { always, type FaultPlan, sequence } from '../faults/fault-plan.js';
import { type FaultProxy, startHttp2FaultProxy } from '../proxy.js';

let effects: string[];
let proxy: FaultProxy;
let client: ClientHttp2Session;
const sessions = new Set<ServerHttp2Session>();
const server = createServer();
server.on('session', (session) => sessions.add(session));
server.on('stream', (stream) => {
  let body = '';
  stream.on('data', (part: Buffer) => (body += part.toString()));
  stream.on('end', () => {
    effects.push(body);
    stream.respond({ ':status': 200, 'content-type': 'text/plain' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(`got ${body}`);
  });
});

beforeEach(async () => {
  effects = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  for (const session of sessions) session.destroy();
  server.close();
  await once(server, 'close');
});

async function start(plan: FaultPlan): Promise<void> {
  const { port } = server.address() as AddressInfo;
  proxy = await startHttp2FaultProxy({ target: `http://127.0.0.1:${port}`, plan });
  connectClient();
}

function connectClient(): void {
  client = connect(proxy.origin);
  client.on('error', () => undefined);
}

async function post(body: string): Promise<{ status: number; text: string; trailers: IncomingHttpHeaders }> {
  const stream = client.request({ ':method': 'POST', ':path': '/pay', 'idempotency-key': `"${body}"` });
  let trailers: IncomingHttpHeaders = {};
  stream.on('trailers', (headers: IncomingHttpHeaders) => (trailers = headers));
  stream.end(body);
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let text = '';
  for await (const part of stream) text += String(part);
  return { status: Number(headers[':status']), text, trailers };
}

test('passes requests and trailers on, many over one connection', async () => {
  await start(always(ok));
  for (const body of ['a', 'b']) {
    expect(await post(body)).toMatchObject({
      status: 200,
      text: `got ${body}`,
      trailers: { 'grpc-status': '0' },
    });
  }
  expect(proxy.connections).toBe(1);
  expect(proxy.history.faults('b')).toEqual(['ok']);
});

test.each<[string, Fault, number]>([
  ['before the effect', requestLost, 0],
  ['after the effect', answerLost, 1],
])('breaks the connection %s, and a new one goes through', async (_, fault, count) => {
  await start(sequence([fault]));
  await expect(post('a')).rejects.toThrow();
  expect(effects).toHaveLength(count);
  connectClient();
  expect(await post('a')).toMatchObject({ text: 'got a' });
  expect(proxy.history.changedRepeats()).toEqual([]);
});

test('half an answer lacks its other half and its trailers, and a new connection goes through', async () => {
  await start(sequence([halfAnswer]));
  // Node's own client takes the broken stream for its end; the trailers tell.
  expect(await post('a').catch(() => ({ trailers: {} }))).toHaveProperty('trailers', {});
  expect(effects).toEqual(['a']);
  connectClient();
  expect(await post('a')).toMatchObject({ text: 'got a', trailers: { 'grpc-status': '0' } });
});

test('doubles requests, and answers in the server’s place', async () => {
  await start(sequence([duplicate, busy(3_000)]));
  await post('a');
  expect(effects).toEqual(['a', 'a']);
  expect(await post('b')).toMatchObject({ status: 429 });
  expect(effects).toHaveLength(2);
});
