import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { applied } from '../answer/handler-answer.js';
import { openStall, type Stall, type StallOptions } from '../../test/stall.js';
import { toNodeHandler } from './to-node-handler.js';

interface Served extends AsyncDisposable {
  readonly stall: Stall;
  readonly port: number;
  readonly url: string;
}

async function serve(options: StallOptions = {}): Promise<Served> {
  const stall = openStall(options);
  const handler = toNodeHandler(stall.receiver);
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    stall,
    port,
    url: `http://127.0.0.1:${port}/operations`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function post(url: string, key: string, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `"${key}"` };
  return fetch(url, { method: 'POST', headers, body });
}

test('answers over HTTP with the same bytes as over the Fetch API', async () => {
  await using served = await serve();
  const overHttp = await post(`${served.url}/add?ignored=1`, 'k', '{"name":"ä"}');
  const text = await overHttp.text();
  const direct = await served.stall.post({ key: 'k', body: '{"name":"ä"}' });
  expect(direct.text).toBe(text);
  expect(overHttp.headers.get('content-type')).toBe('application/json');
  expect(overHttp.headers.get('cache-control')).toBe('no-store');
  expect(served.stall.effects()).toEqual(['ä']);
});

test('serves many requests over one connection', async () => {
  await using served = await serve();
  for (const key of ['a', 'b', 'c']) {
    expect((await post(`${served.url}/add`, key, `{"name":"${key}"}`)).status).toBe(200);
  }
  expect(served.stall.effects()).toEqual(['a', 'b', 'c']);
});

test('refuses a body that is too large while it is still coming, and closes', async () => {
  await using served = await serve({ maxPayloadBytes: 1_000 });
  const socket = connect(served.port, '127.0.0.1');
  socket.write(head('k', 1_000_000) + 'x'.repeat(2_000));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer.toString().toLowerCase()).toContain('connection: close');
  if (!socket.closed) await once(socket.resume(), 'close');
  expect((await post(`${served.url}/add`, 'k', '{"name":"small"}')).status).toBe(200);
});

test('a sender of ten megabytes reads why they were refused', async () => {
  await using served = await serve({ maxPayloadBytes: 1_000 });
  for (let round = 0; round < 5; round++) {
    const answer = await post(`${served.url}/add`, 'k', JSON.stringify('x'.repeat(10_000_000)));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE', idempotencyKey: 'k' });
  }
}, 60_000);

test('a sender that breaks off leaves nothing behind', async () => {
  await using served = await serve({ maxConcurrent: 1 });
  const reached = served.stall.receiver.open();
  const socket = connect(served.port, '127.0.0.1');
  socket.write(head('k', 100) + '{"name":');
  await reached;
  await until(async () => (await post(`${served.url}/add`, 'other', '{"name":"a"}')).status === 503);
  socket.destroy();
  await until(async () => (await post(`${served.url}/add`, 'other', '{"name":"a"}')).status === 200);
  expect((await post(`${served.url}/add`, 'k', '{"name":"whole"}')).status).toBe(200);
  expect(served.stall.effects()).toEqual(['a', 'whole']);
});

test('concurrent requests with one key make one effect', async () => {
  let effects = 0;
  await using served = await serve({ handlers: { count: { apply: () => applied(++effects) } } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(`${served.url}/count`, 'k', '{}')));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].every((status) => status === 200 || status === 409)).toBe(true);
  expect(effects).toBe(1);
});

function head(key: string, length: number): string {
  return (
    `POST /operations/add HTTP/1.1\r\nhost: stall\r\ncontent-type: application/json\r\n` +
    `idempotency-key: "${key}"\r\ncontent-length: ${length}\r\n\r\n`
  );
}

/** Repeats a check over the network until it holds; the test's own timeout ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
