import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  duplicate,
  type Fault,
  halfAnswer,
  hang,
  hangAfterEffect,
  ok,
  redirect,
  requestLost,
} from '../faults/fault.js';
import { always, type FaultPlan, sequence, withClockSkew, withLatency } from '../faults/fault-plan.js';
import { constantLatency } from '../faults/latency.js';
import { type FaultProxy, startFaultProxy } from '../proxy.js';

let effects: string[];
let agent: Agent;
let proxy: FaultProxy;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    effects.push(body);
    response.writeHead(200, { 'content-type': 'text/plain' }).end(`got ${body}`);
  });
});

beforeEach(async () => {
  effects = [];
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  if (server.listening) return;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  agent.destroy();
  await proxy.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function start(plan: FaultPlan, clock?: ManualClock): Promise<void> {
  const { port } = server.address() as AddressInfo;
  proxy = await startFaultProxy({ target: `http://127.0.0.1:${port}`, plan, ...(clock && { clock }) });
}

interface Met {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Over one connection that is kept alive, as long as nobody breaks it. */
async function post(body: string, signal?: AbortSignal): Promise<Met> {
  const asked = sendRequest(`${proxy.origin}/pay`, {
    method: 'POST',
    agent,
    headers: { 'idempotency-key': `"${body}"` },
    ...(signal && { signal }),
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response) text += String(part);
  return { status: response.statusCode!, headers: response.headers, text };
}

test('a client outside of the test meets what the plan says', async () => {
  const { port } = server.address() as AddressInfo;
  const target = `http://127.0.0.1:${port}`;
  // #region proxy
  proxy = await startFaultProxy({ target, plan: sequence([halfAnswer]) });
  const save = () => fetch(`${proxy.origin}/pay`, { method: 'POST', body: 'a' });
  await expect(save().then((response) => response.text())).rejects.toThrow('terminated');
  expect(await (await save()).text()).toBe('got a');
  expect(proxy.history.faults()).toEqual(['halfAnswer', 'ok']);
  // #endregion
});

test('passes requests on, many over one connection', async () => {
  await start(always(ok));
  expect(await post('a')).toMatchObject({ status: 200, text: 'got a' });
  expect(await post('b')).toMatchObject({ status: 200, text: 'got b' });
  expect(proxy.connections).toBe(1);
  expect(proxy.history.faults('b')).toEqual(['ok']);
});

test.each<[string, Fault, number]>([
  ['before the effect', requestLost, 0],
  ['after the effect', answerLost, 1],
  ['in the middle of the answer', halfAnswer, 1],
])('breaks the connection %s, and the next request goes through', async (_, fault, count) => {
  await start(sequence([ok, fault]));
  await post('first');
  await expect(post('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(effects).toHaveLength(1 + count);
  expect(await post('a')).toMatchObject({ text: 'got a' });
  expect(proxy.history.changedRepeats()).toEqual([]);
});

test('half an answer is what its length promised, cut in the middle', async () => {
  await start(always(halfAnswer));
  const asked = sendRequest(`${proxy.origin}/pay`, { method: 'POST', agent });
  asked.end('abcdef');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect(response.headers['content-length']).toBe('10');
  let text = '';
  response.on('data', (part: Buffer) => (text += part.toString()));
  await once(response, 'error');
  expect(text).toBe('got a');
});

test('delivers a request twice', async () => {
  await start(always(duplicate));
  expect(await post('a')).toMatchObject({ text: 'got a' });
  expect(effects).toEqual(['a', 'a']);
});

test.each<[string, Fault, number]>([
  ['before the effect', hang, 0],
  ['after the effect', hangAfterEffect, 1],
])('hangs %s until the client leaves, and keeps nothing open', async (_, fault, count) => {
  await start(always(fault));
  const controller = new AbortController();
  const sent = post('a', controller.signal);
  await seen(() => proxy.history.records.length === 1 && effects.length === count);
  controller.abort();
  await expect(sent).rejects.toThrow(/abort/);
  await seen(() => proxy.connections === 0);
});

test.each<[string, Fault, number, object]>([
  ['429', busy(3_000), 429, { 'retry-after': '3' }],
  ['a portal’s page', captivePortal, 200, { 'content-type': 'text/html; charset=utf-8' }],
  ['a gateway’s page', badGateway, 502, { 'content-type': 'text/html; charset=utf-8' }],
  ['a redirect', redirect('http://elsewhere.example/', 302), 302, { location: 'http://elsewhere.example/' }],
])('answers with %s in the server’s place', async (_, fault, status, headers) => {
  await start(always(fault));
  const met = await post('a');
  expect(met).toMatchObject({ status, headers });
  expect(effects).toEqual([]);
});

test('shows the server’s clock as wrong as the plan says', async () => {
  await start(sequence([ok], withClockSkew(-7_200_000)));
  const dates: number[] = [];
  for (const body of ['a', 'b']) dates.push(Date.parse((await post(body)).headers.date!));
  expect(dates[0]! - dates[1]!).toBeGreaterThan(7_100_000);
});

test('latency passes on the clock, half of it each way', async () => {
  const clock = new ManualClock();
  await start(withLatency(constantLatency(60_000)), clock);
  const answer = post('a');
  for (const count of [0, 1]) {
    await seen(() => clock.pendingTimers === 1);
    expect(effects).toHaveLength(count);
    await clock.advance(30_000);
  }
  expect(await answer).toMatchObject({ text: 'got a' });
});

test('a client that leaves meanwhile reaches no server, and leaves no timer', async () => {
  const clock = new ManualClock();
  await start(withLatency(constantLatency(60_000)), clock);
  const controller = new AbortController();
  const sent = post('a', controller.signal);
  await seen(() => clock.pendingTimers === 1);
  controller.abort();
  await expect(sent).rejects.toThrow(/abort/);
  await seen(() => clock.pendingTimers === 0);
  expect(effects).toEqual([]);
});

test('a server that is not there is a broken connection, and no defect', async () => {
  await start(always(ok));
  server.closeAllConnections();
  server.close();
  await expect(post('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await proxy.close();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

test('what a plan throws is told when the proxy is closed', async () => {
  await start(() => {
    throw new RangeError('a bug in the plan');
  });
  await expect(post('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(proxy.close()).rejects.toMatchObject({ errors: [new RangeError('a bug in the plan')] });
});

/** Waits for what other ends of sockets do, turn by turn of the event loop. */
async function seen(isThere: () => boolean): Promise<void> {
  for (let turns = 0; !isThere(); turns++) {
    if (turns === 1_000_000) throw new Error('it never happened');
    await new Promise((resolve) => void setImmediate(resolve));
  }
}
