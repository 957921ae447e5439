import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { launchBrowser, type LaunchedBrowser } from '../../../tools/browser/index.mjs';
import type { NetworkState } from '../src/index.js';
import { LocalServer } from '../test/local-server.js';
import type { app, Seen } from './page.js';

/** In the page. */
declare const window: { readonly app: typeof app };

let server: LocalServer;
let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  server = new LocalServer({
    '/': '<!doctype html><script type="module" src="/page.js"></script>',
    '/page.js': await bundle('page.ts'),
    '/worker.js': await bundle('worker.ts'),
  });
  await server.up();
  browser = await launchBrowser();
  page = await browser.context.newPage();
  await page.goto(server.origin);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.down();
});

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL(file, import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  });
  return outputFiles[0]?.text ?? '';
}

/** Makes something happen, waits until the page's monitor says so, and prints how long that took. */
async function notices(what: string, state: NetworkState, act: () => unknown): Promise<Seen> {
  const sinceMs = performance.timeOrigin + performance.now();
  await act();
  const handle = await page.waitForFunction(
    ([sinceMs, state]) => window.app.seenSince(sinceMs).find((seen) => seen.state === state),
    [sinceMs, state] as const,
    { polling: 50, timeout: 20_000 },
  );
  const seen = (await handle.jsonValue()) as Seen;
  const tookMs = Math.round(seen.atMs - sinceMs);
  process.stdout.write(`${what}: "${state}" after ${tookMs} ms, by ${seen.source}: ${seen.reason}\n`);
  return seen;
}

/** As in `page.ts`; the defaults are slower, and cost less. */
const PACE =
  'a question every 1,000 ms, 500 ms after the first failure, and at once when the platform says so';

test('a page notices what happens to its network and to its server', async () => {
  process.stdout.write(`Times to notice, with ${PACE}:\n`);
  await notices('started', 'online', () => page.evaluate(() => window.app.start()));

  const cut = await notices('network cut', 'offline', () => browser.context.setOffline(true));
  expect(cut.reason).not.toMatch('the server does not answer');
  expect(await page.evaluate(() => window.app.browserState())).toBe('offline');
  await notices('network back', 'online', () => browser.context.setOffline(false));

  await notices('captive portal', 'captive', () => (server.behaviour = 'portal'));
  await notices('signed in', 'online', () => (server.behaviour = 'up'));
  const redirect = await notices('portal that redirects', 'captive', () => (server.behaviour = 'redirect'));
  expect(redirect.reason).toMatch('it redirects');
  await notices('signed in', 'online', () => (server.behaviour = 'up'));

  const down = await notices('server down', 'offline', () => server.down());
  expect(down.reason).toMatch('the server does not answer, though the platform reports no loss');
  expect(await page.evaluate(() => window.app.browserState())).toBe('unknown');
  await notices('server back', 'online', () => server.up());
}, 120_000);

test('asks nothing after stop', async () => {
  await page.evaluate(() => window.app.stop());
  const { requests } = server;
  const waited = page.waitForRequest(/health/, { timeout: 3000 });
  await expect(waited).rejects.toThrow('Timeout');
  expect(server.requests).toBe(requests);
}, 30_000);

test('a worker has a monitor as well', async () => {
  const states = await page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const worker = new Worker('/worker.js', { type: 'module' });
        const heard: string[] = [];
        worker.addEventListener('error', () => reject(new Error('the worker failed')));
        worker.addEventListener('message', ({ data }: MessageEvent<string>) => {
          if (heard.push(data) === 2) resolve(heard);
        });
      }),
  );
  expect(states).toEqual(['unknown', 'online']);
}, 30_000);
