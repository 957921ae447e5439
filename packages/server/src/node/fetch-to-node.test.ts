import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchToNode } from './fetch-to-node.js';

interface Served extends AsyncDisposable {
  /** Asks over the one connection that there is at a time. */
  ask(method: string, bytes: number): Promise<IncomingMessage & { readonly text: string }>;
}

async function serve(receive: (request: Request) => Promise<Response>): Promise<Served> {
  const handler = fetchToNode(receive);
  const server = createServer((incoming, response) => void handler(incoming, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async ask(method, bytes) {
      const asking = request({ host: '127.0.0.1', port, method, agent, path: '/' });
      asking.end(Buffer.alloc(bytes, 'x'));
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      let text = '';
      for await (const part of answer) text += String(part);
      return Object.assign(answer, { text });
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test.each([
  ['with a body', () => new Response('no', { status: 405 }), 'no'],
  ['without one', () => new Response(null, { status: 405 }), ''],
])(
  'whoever is answered %s while still sending reads why, and does not hold up the next',
  async (_, refuse, text) => {
    await using served = await serve(() => Promise.resolve(refuse()));
    const refused = await served.ask('POST', 5_000_000);
    expect([refused.statusCode, refused.headers.connection, refused.text]).toEqual([405, 'close', text]);
    const next = await served.ask('GET', 0);
    expect([next.statusCode, next.headers.connection]).toEqual([405, 'keep-alive']);
  },
);

test('a request that was read keeps its connection', async () => {
  await using served = await serve(async (asked) => new Response(String((await asked.text()).length)));
  const answer = await served.ask('POST', 100_000);
  expect([answer.statusCode, answer.headers.connection, answer.text]).toEqual([200, 'keep-alive', '100000']);
});
