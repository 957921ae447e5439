import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type DemoServer, startDemoServer } from './demo-server.js';

let folder: string;
let server: DemoServer;
const start = (): Promise<DemoServer> =>
  startDemoServer({
    dataFolder: folder,
    pageFolder: folder,
    port: 0,
    onError: (error) => {
      throw error;
    },
  });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'market-day-'));
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Request {
  readonly key: string;
  readonly kind?: string;
  readonly payload: unknown;
  readonly person?: string;
  readonly version?: string;
}

const send = ({ key, kind = 'orders.place', payload, person = 'ada', version }: Request): Promise<Response> =>
  fetch(`${server.url}sync/${kind}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person}`,
      'content-type': 'application/json',
      'idempotency-key': `"${key}"`,
      ...(version !== undefined && { 'if-match': `"${version}"` }),
    },
    body: JSON.stringify(payload),
  });

const order = { order: 'o1', item: 'apples', quantity: 2, note: '' };
const kinds = (): readonly string[] => server.ledger().map(({ kind }) => kind);
const plan = (query: string): Promise<Response> =>
  fetch(`${server.url}api/faults?${query}`, { method: 'PUT' });

test('an order has its effect once, however often it is sent, and is answered alike', async () => {
  const answers = [await send({ key: 'one', payload: order }), await send({ key: 'one', payload: order })];
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(bodies[1]).toBe(bodies[0]);
  expect(kinds()).toEqual(['orders.place']);
  expect(server.marketOf('ada').orders).toMatchObject([{ ...order, version: '1', paid: false }]);
});

test('an order whose number is taken is refused, and the first one stays', async () => {
  await send({ key: 'one', payload: order });
  const second = await send({ key: 'two', payload: { ...order, quantity: 9 }, person: 'ben' });
  expect(await second.json()).toMatchObject({ status: 422, code: 'ORDER_EXISTS' });
  expect(server.marketOf('ada').orders).toMatchObject([{ quantity: 2, placedBy: 'ada' }]);
});

test('a change on an old version meets the record as it is', async () => {
  await send({ key: 'one', payload: order });
  const change = { kind: 'orders.change', version: '1' };
  await send({ key: 'two', payload: { ...order, quantity: 3 }, ...change });
  const late = await send({ key: 'three', payload: { ...order, quantity: 9 }, ...change, person: 'ben' });
  expect(late.status).toBe(412);
  expect(await late.json()).toMatchObject({ remote: { value: { ...order, quantity: 3 }, version: '2' } });
  expect(server.marketOf('ben').orders).toMatchObject([{ quantity: 3, changedBy: 'ada' }]);
});

test('a payment is taken once, and not for an order that is not there', async () => {
  const pay = { kind: 'payments.take', payload: { order: 'o1', currency: 'EUR' } };
  expect((await send({ key: 'early', ...pay })).status).toBe(404);
  await send({ key: 'one', payload: order });
  expect((await send({ key: 'two', ...pay })).status).toBe(200);
  const again = await send({ key: 'three', ...pay });
  expect(await again.json()).toMatchObject({ status: 422, code: 'ALREADY_PAID' });
  expect(kinds()).toEqual(['orders.place', 'payments.take']);
});

test.each([
  ['what the market forbids', 422, 'ITEM_FORBIDDEN', { payload: { ...order, item: 'moonshine' } }],
  ['what is no order', 422, 'PAYLOAD_INVALID', { payload: { ...order, quantity: -1 } }],
  ['an unknown kind', 404, 'KIND_UNKNOWN', { kind: 'orders.eat', payload: order }],
  ['a person whom nobody knows', 401, 'UNAUTHENTICATED', { payload: order, person: 'eve' }],
])('%s is refused and has no effect', async (_title, status, code, request) => {
  const answer = await send({ key: 'one', ...request });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code });
  expect(kinds()).toEqual([]);
});

test('everybody sees the orders, and only the own currency', async () => {
  await send({ key: 'one', payload: order });
  await send({ key: 'two', kind: 'preferences.setCurrency', payload: { currency: 'CHF' } });
  expect(server.marketOf('ben')).toMatchObject({ orders: [{ placedBy: 'ada' }], currency: 'EUR' });
  expect(server.marketOf('ada').currency).toBe('CHF');
  expect((await fetch(`${server.url}api/market`)).status).toBe(401);
});

test('planned faults break connections for real, after the effect or before it, until they are taken away', async () => {
  await plan('seed=7&server=random,100,0,answerLost');
  await expect(send({ key: 'one', payload: order })).rejects.toThrow('fetch failed');
  expect(kinds()).toEqual(['orders.place']);
  await plan('seed=7&server=random,100,0,requestLost');
  await expect(send({ key: 'two', payload: { ...order, order: 'o2' } })).rejects.toThrow('fetch failed');
  expect(kinds()).toEqual(['orders.place']);
  await plan('seed=7&server=random,100,0,busy');
  const busy = await send({ key: 'two', payload: { ...order, order: 'o2' } });
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '1']);
  await plan('seed=7');
  expect((await send({ key: 'one', payload: order })).status).toBe(200);
  expect(kinds()).toEqual(['orders.place']);
});

test('what was recorded is there after a restart', async () => {
  await send({ key: 'one', payload: order });
  await server.close();
  server = await start();
  expect((await send({ key: 'one', payload: order })).status).toBe(200);
  expect(kinds()).toEqual(['orders.place']);
});

test('takes a free port where the wanted one is taken', async () => {
  const other = mkdtempSync(join(tmpdir(), 'market-day-'));
  const options = { dataFolder: other, pageFolder: other, port: server.port, onError: () => undefined };
  const second = await startDemoServer(options);
  expect(second.port).not.toBe(server.port);
  await second.close();
  rmSync(other, { recursive: true, force: true });
});

test('allows nothing but its own files to run in the page', async () => {
  const policy = (await fetch(server.url)).headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*/);
});
