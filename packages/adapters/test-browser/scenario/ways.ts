import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { connectNodeAdapter, createGrpcTransport } from '@connectrpc/connect-node';
import { toNodeHandler } from '@cpc/server';
import { connectReceiver } from '@cpc/server/connect';
import { webSocketReceiver } from '@cpc/server/web-socket';
import type { FaultHistory, FaultPlan } from '@cpc/testing';
import { startFaultProxy, startHttp2FaultProxy } from '@cpc/testing/proxy';
import { build } from 'esbuild';
import { WebSocket, WebSocketServer } from 'ws';
import { launchBrowser } from '../../../../tools/browser/index.mjs';
import { ConnectTransport } from '../../src/connect/index.js';
import { FetchTransport } from '../../src/index.js';
import { WebSocketTransport } from '../../src/web-socket/index.js';
import { connectProtocol, grpcProtocol } from '../../test/conformance/rpc-protocol.js';
import { startWebSocketFaultProxy } from '../../test/conformance/start-web-socket-fault-proxy.js';
import { listenConnect } from '../../test/live-connect-receiver.js';
import { listen, listenOn } from '../../test/live-receiver.js';
import type { Shop } from './databases.js';
import type { scenario } from './page.js';
import { deliverAll } from './scenario.js';

/** In the page. */
declare const window: { readonly scenario: typeof scenario };

/** Delivers the whole scenario to a shop, over a network with a plan. */
export type Way = (shop: Shop, plan: FaultPlan) => Promise<WayResult>;

export interface WayResult {
  readonly history: FaultHistory;
  readonly deadLetters: number;
}

/** A request that hangs is given up after this. */
const timeoutMs = 1_000;

export const WAYS: Readonly<Record<string, Way>> = {
  fetch: (shop, plan) => overFetch(shop, plan, 1),
  'fetch in batches': (shop, plan) => overFetch(shop, plan, 5),
  gRPC: overGrpc,
  'Connect in Chromium': overConnectInChromium,
  WebSocket: overWebSocket,
};

async function overFetch({ receiver }: Shop, plan: FaultPlan, maxBatchSize: number): Promise<WayResult> {
  await using server = await listen(toNodeHandler(receiver));
  await using proxy = await startFaultProxy({ target: server.origin, plan });
  const endpoint = `${proxy.origin}/operations`;
  const deadLetters = await deliverAll(new FetchTransport({ endpoint, maxBatchSize, timeoutMs }));
  return { history: proxy.history, deadLetters };
}

async function overGrpc({ receiver }: Shop, plan: FaultPlan): Promise<WayResult> {
  await using server = await listenConnect(connectReceiver(receiver), 2);
  await using proxy = await startHttp2FaultProxy({ target: server.origin, plan, protocol: grpcProtocol });
  const transport = createGrpcTransport({ baseUrl: proxy.origin });
  const deadLetters = await deliverAll(new ConnectTransport({ transport, maxBatchSize: 5, timeoutMs }));
  return { history: proxy.history, deadLetters };
}

/** The page, its queue and its worker run in the browser, and reach everything through the proxy. */
async function overConnectInChromium({ receiver }: Shop, plan: FaultPlan): Promise<WayResult> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@cpc/source'],
  });
  const script = outputFiles[0]?.text ?? '';
  const overConnect = connectNodeAdapter({ routes: connectReceiver(receiver) });
  await using server = await listen((request, response) => {
    if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script);
    else if (request.method === 'GET') response.setHeader('content-type', 'text/html').end(PAGE);
    else overConnect(request, response);
  });
  await using proxy = await startFaultProxy({ target: server.origin, plan, protocol: connectProtocol });
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(proxy.origin);
    await page.waitForFunction(() => 'scenario' in window);
    const deadLetters = await page.evaluate(() => window.scenario.deliverAll());
    return { history: proxy.history, deadLetters };
  } finally {
    await browser.close();
  }
}

const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

async function overWebSocket({ receiver }: Shop, plan: FaultPlan): Promise<WayResult> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: '/operations' });
  sockets.on('connection', webSocketReceiver(receiver));
  await using server = await listenOn(http);
  const proxy = await startWebSocketFaultProxy(server.origin, plan);
  const url = `${proxy.origin.replace('http', 'ws')}/operations`;
  const open = (address: string, protocol: string): WebSocket => new WebSocket(address, protocol);
  using transport = new WebSocketTransport({ url, open, maxBatchSize: 5, timeoutMs });
  try {
    return { deadLetters: await deliverAll(transport), history: proxy.history };
  } finally {
    await proxy.close();
    for (const socket of sockets.clients) socket.terminate();
  }
}
