import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import {
  launchBrowser,
  type LaunchedBrowser,
  serveBundle,
  type ServedBundle,
} from '../../../tools/browser/index.mjs';
import type { app } from './page.js';

/** In the page. */
declare const window: { readonly app: typeof app };

let server: ServedBundle;
let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  server = await serveBundle(fileURLToPath(new URL('page.ts', import.meta.url)));
  browser = await launchBrowser();
  browser.context.setDefaultTimeout(30_000);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  page = await browser.context.newPage();
  await page.goto(server.origin);
  await page.waitForFunction(() => 'app' in globalThis);
  await page.evaluate(() => window.app.start());
}, 60_000);
afterEach(() => page.close());

/** Waits until an element shows the text. */
async function shows(id: string, text: string): Promise<void> {
  await page.locator(`#${id}`, { hasText: new RegExp(`^${text}$`) }).waitFor();
}

const refused = { kind: 'rejected', reason: { code: 'SOLD_OUT', message: 'No apples left.' } } as const;

test('a page shows at once what was sold without a network, and keeps it when the server has it', async () => {
  await page.evaluate(() => window.app.network('offline'));
  await shows('network', 'offline.*');
  await page.evaluate(() => window.app.sell(3));
  await shows('stock', '7');
  await shows('pending', '1');
  await shows('total', '1');
  await shows('latest', 'waiting');
  await page.evaluate(() => window.app.deliver({ kind: 'acknowledged' }));
  await shows('latest', 'acknowledged');
  await shows('pending', '0');
  await shows('total', '0');
}, 60_000);

test('a change that the server refuses is taken back', async () => {
  await page.evaluate(() => window.app.sell(3));
  await shows('stock', '7');
  await page.evaluate((outcome) => window.app.deliver(outcome), refused);
  await shows('stock', '10');
  await shows('pending', '0');
  await shows('latest', 'deadLetter');
}, 60_000);

test('a record goes from old to new and never back, however late the copy is', async () => {
  await shows('record', '10 synced');
  await shows('count', '1');
  await page.evaluate(() => window.app.sell(3));
  await shows('record', '7 pending');
  await page.evaluate(() => window.app.apply(3));
  await shows('record', '7 synced');
  await page.evaluate(() => window.app.pull());
  await page.evaluate(() => window.app.sell(2));
  await shows('record', '5 pending');
  expect((await page.evaluate(() => window.app.shown())).filter((text) => text !== 'none')).toEqual([
    '10 synced',
    '7 pending',
    '7 synced',
    '5 pending',
  ]);
  await page.evaluate(() => window.app.visit(9));
  await shows('record', 'none');
  expect(await page.evaluate(() => window.app.destroy())).toEqual({ refreshers: 0 });
}, 60_000);

test('a signal that turns to another entity shows that one’s changes, and leaves nothing behind', async () => {
  await page.evaluate(() => window.app.sell(3));
  await shows('stock', '7');
  await page.evaluate(() => window.app.visit(8));
  await shows('stock', '10');
  expect(await page.evaluate(() => window.app.destroy())).toEqual({ refreshers: 0 });
}, 60_000);

test('what was not provided is named', async () => {
  expect(await page.evaluate(() => window.app.startWithoutMonitor())).toContain('needs a monitor');
}, 60_000);
