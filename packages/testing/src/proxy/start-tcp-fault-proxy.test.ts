import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import {
  answerLost,
  duplicate,
  type Fault,
  halfAnswer,
  hang,
  hangAfterEffect,
  ok,
  requestLost,
} from '../faults/fault.js';
import { always, type FaultPlan, sequence, withLatency } from '../faults/fault-plan.js';
import { constantLatency } from '../faults/latency.js';
import { type FaultProxy, startTcpFaultProxy } from '../proxy.js';

let heard: string;
let proxy: FaultProxy;
let client: Socket;
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    heard += bytes.toString();
    socket.write(`<${bytes.toString()}>`);
  });
});

beforeEach(async () => {
  heard = '';
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

async function start(plan: FaultPlan, clock?: ManualClock): Promise<void> {
  const { port } = server.address() as AddressInfo;
  proxy = await startTcpFaultProxy({ target: { port }, plan, ...(clock && { clock }) });
  client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  await once(client, 'connect');
}

async function say(text: string): Promise<string> {
  client.write(text);
  const [bytes] = (await once(client, 'data')) as [Buffer];
  return bytes.toString();
}

/** Waits for what other ends of sockets do, turn by turn of the event loop. */
async function seen(isThere: () => boolean): Promise<void> {
  for (let turns = 0; !isThere(); turns++) {
    if (turns === 1_000_000) throw new Error('it never happened');
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

test('passes both directions on, turn by turn', async () => {
  await start(always(ok));
  expect(await say('one')).toBe('<one>');
  expect(await say('two')).toBe('<two>');
  expect(proxy.history.faults()).toEqual(['ok', 'ok']);
  client.end();
  await once(client, 'close');
});

test.each<[string, Fault, string, string]>([
  ['a lost turn', requestLost, 'one', ''],
  ['a lost answer', answerLost, 'onetwo', ''],
  ['half an answer', halfAnswer, 'onetwo', '<t'],
])('%s breaks the connection in its place', async (_, fault, reached, answered) => {
  await start(sequence([ok, fault]));
  expect(await say('one')).toBe('<one>');
  let told = '';
  client.on('data', (bytes) => (told += bytes.toString()));
  client.write('two');
  await once(client, 'close');
  expect([heard, told]).toEqual([reached, answered]);
});

test.each<[string, Fault, string]>([
  ['before', hang, 'one'],
  ['after', hangAfterEffect, 'onetwo'],
])('a turn that hangs %s its effect answers nothing and breaks nothing', async (_, fault, reached) => {
  await start(sequence([ok, fault]));
  await say('one');
  client.write('two');
  await seen(() => proxy.history.records.length === 2 && heard === reached);
  expect(client.destroyed).toBe(false);
  expect(proxy.connections).toBe(1);
});

test('latency passes on the clock, half of it each way', async () => {
  const clock = new ManualClock();
  await start(withLatency(constantLatency(60_000)), clock);
  const answer = say('one');
  for (const reached of ['', 'one']) {
    await seen(() => clock.pendingTimers > 0);
    expect(heard).toBe(reached);
    await clock.advance(30_000);
  }
  expect(await answer).toBe('<one>');
});

test('a fault that needs a protocol is named when the proxy is closed', async () => {
  await start(always(duplicate));
  client.write('one');
  await once(client, 'close');
  const closing = proxy.close();
  await expect(closing).rejects.toThrow(AggregateError);
  await expect(closing).rejects.toHaveProperty('errors.0.message', expect.stringContaining('got duplicate'));
});
