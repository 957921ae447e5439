import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { toNodeHandler } from '@cpc/server';
import { connectReceiver } from '@cpc/server/connect';
import { webSocketReceiver } from '@cpc/server/web-socket';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { launchBrowser, type LaunchedBrowser } from '../../../tools/browser/index.mjs';
import { openReceiver, type OpenReceiver } from '../test/live-receiver.js';
import { operation } from '../test/operation.js';
import type { app } from './page.js';

/** In the page. */
declare const window: { readonly app: typeof app };

let receiver: OpenReceiver;
let server: Server;
let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  receiver = openReceiver();
  const files: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
    '/': { type: 'text/html', body: '<!doctype html><script type="module" src="/page.js"></script>' },
    '/page.js': { type: 'text/javascript', body: await bundle('page.ts') },
    '/worker.js': { type: 'text/javascript', body: await bundle('worker.ts') },
  };
  const overFetch = toNodeHandler(receiver.receiver);
  const overConnect = connectNodeAdapter({ routes: connectReceiver(receiver.receiver) });
  server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (file !== undefined) response.writeHead(200, { 'content-type': file.type }).end(file.body);
    else if (request.url?.startsWith('/operations')) void overFetch(request, response);
    else overConnect(request, response);
  });
  const sockets = new WebSocketServer({ server, path: '/operations' });
  sockets.on('connection', webSocketReceiver(receiver.receiver));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launchBrowser();
  page = await browser.context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await page.evaluate(() => window.app.control());
}, 180_000);

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  receiver[Symbol.dispose]();
});

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@cpc/source'],
  });
  return outputFiles[0]?.text ?? '';
}

test.each(['fetch', 'connect', 'grpc-web', 'web-socket', 'shared-worker', 'service-worker'])(
  'in Chromium, over %s: operations are delivered in order, and a repeat has no second effect',
  async (name) => {
    const ids = Array.from({ length: 20 }, (_, index) => `${name}-${index}`);
    const operations = [
      ...ids.map((id) => add(id)),
      operation({ id: `${name}-p`, kind: 'add', payload: { name: 'poison' } }),
    ];
    for (let repeat = 0; repeat < 2; repeat++) {
      const outcomes = await page.evaluate(([chosen, sent]) => window.app.send(chosen, sent), [
        name,
        operations,
      ] as const);
      expect(outcomes.slice(0, 20)).toEqual(
        ids.map((id) => ({ kind: 'acknowledged', result: { name: id } })),
      );
      expect(outcomes[20]).toMatchObject({ kind: 'rejected', reason: { code: 'POISON', status: 422 } });
    }
    const effects = receiver.effects().filter((effect) => effect.name.startsWith(`${name}-`));
    expect(effects.map((effect) => effect.name)).toEqual(ids);
  },
  60_000,
);

test('in Chromium, a port whose other end went silent is unreachable', async () => {
  const outcomes = await page.evaluate((sent) => window.app.sendToNobody(sent), [add('k')]);
  expect(outcomes).toMatchObject([{ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } }]);
}, 60_000);

function add(id: string) {
  return operation({ id, kind: 'add', entity: 'e', payload: { name: id } });
}
