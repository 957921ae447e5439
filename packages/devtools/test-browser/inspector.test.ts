import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Locator, Page } from 'playwright-core';
import { launchBrowser, type LaunchedBrowser } from '../../../tools/browser/index.mjs';
import type { app } from './page.js';

/** In the page. */
declare const window: { readonly app: typeof app };

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";
const PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title>' +
  '<meta name="color-scheme" content="light dark"><script type="module" src="/page.js"></script><h1>Test</h1></html>';

let server: Server;
let browser: LaunchedBrowser;
let page: Page;
let origin: string;
let complaints: string[];

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('page.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['@cpc/source'],
  });
  const script = outputFiles[0]?.text ?? '';
  server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      'content-security-policy': POLICY,
    });
    response.end(isScript ? script : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  browser.context.setDefaultTimeout(15_000);
}, 120_000);

afterAll(async () => {
  await browser.close();
  server.close();
});

afterEach(() => page.close());

beforeEach(async () => {
  page = await browser.context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => void complaints.push(error.message));
  await page.goto(origin);
}, 60_000);

const start = (count: number): Promise<void> => page.evaluate((n) => window.app.start(n), count);

/** The rows of a list, not the options of a menu. */
const rows = (): Locator => page.locator('[role=option]');

/** What axe finds that would keep somebody out. */
async function barriers(): Promise<readonly string[]> {
  const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(readFileSync(path, 'utf8'));
  const found = await page.evaluate(async () => {
    type Axe = {
      run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
    };
    return (await (window as unknown as { axe: Axe }).axe.run()).violations;
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

test('100,000 operations scroll smoothly', async () => {
  await start(100_000);
  await page.getByRole('button', { name: 'All 100,000' }).waitFor();
  await page.locator('[aria-setsize="100000"]').first().waitFor();
  const frames = [...(await page.evaluate(() => window.app.scroll(3000)))].sort((a, b) => a - b);
  const mean = frames.reduce((sum, ms) => sum + ms, 0) / frames.length;
  const p95 = frames[Math.floor(frames.length * 0.95)] ?? Infinity;
  process.stdout.write(
    `Scrolling 100,000 operations: ${(1000 / mean).toFixed(0)} frames a second, ` +
      `p95 ${p95.toFixed(0)} ms, worst ${(frames.at(-1) ?? 0).toFixed(0)} ms\n`,
  );
  expect(1000 / mean).toBeGreaterThan(30);
  expect(await rows().count()).toBeLessThan(60);
}, 120_000);

test('hostile text is text, secrets are hidden until they are asked for, and the policy stops nothing', async () => {
  await start(0);
  await page.evaluate(() => window.app.refuse('<b>NO</b>\u202E', 2));
  await page.evaluate(() => window.app.deliver());
  await page.getByRole('button', { name: 'Dead letter 2' }).click();
  await rows().first().click();
  const detail = page.locator('cpc-inspector-detail');
  await detail.getByText('<b>NO</b>⟨U+202E⟩ · 422', { exact: true }).waitFor();
  await detail.getByText('"<img src=x onerror').waitFor();
  expect(await detail.getByText('top-secret').count()).toBe(0);
  await detail.getByRole('button', { name: 'Show accessToken' }).click();
  await detail.getByText('"top-secret"').waitFor();
  expect(await page.title()).toBe('Test');
  expect(await page.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
}, 60_000);

test('dead letters are grouped by reason, edited, retried and discarded', async () => {
  await start(0);
  await page.evaluate(() => window.app.refuse('SOLD_OUT', 3));
  await page.evaluate(() => window.app.refuse('TOO_LATE', 1));
  await page.evaluate(() => window.app.deliver());
  await page.getByRole('tab', { name: 'Dead letters' }).click();
  await page.getByText('SOLD_OUT · 3').waitFor();
  await page.locator('details').nth(1).getByRole('listitem').getByRole('button').click();
  const detail = page.locator('cpc-inspector-detail');
  await detail.getByText('rejected · 422 · TOO_LATE').waitFor();
  await detail.getByRole('button', { name: 'Edit' }).click();
  const editor = detail.getByRole('textbox', { name: 'Payload as JSON' });
  expect(await editor.inputValue()).not.toContain('top-secret');
  await editor.fill('{"refuse":');
  await detail.getByRole('button', { name: 'Save and send again' }).click();
  await detail.getByText('That is not JSON').waitFor();
  await editor.fill('{"mended":true}');
  await detail.getByRole('button', { name: 'Save and send again' }).click();
  await detail.waitFor({ state: 'detached' });
  await page.getByText('TOO_LATE').waitFor({ state: 'detached' });

  await page.locator('details').getByRole('listitem').getByRole('button').first().click();
  await detail.getByRole('button', { name: 'Discard' }).click();
  await detail.getByRole('button', { name: 'Discard for good' }).click();
  await page.getByText('SOLD_OUT · 2').waitFor();
  expect(await page.evaluate(async () => (await window.app.queue.stats()).total)).toBe(2);
}, 60_000);

test('says why an operation waits, pauses and resumes', async () => {
  await start(501);
  await page.getByRole('button', { name: 'Blocked 1' }).click();
  await rows().first().click();
  await page.getByRole('status').getByText('to go first').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.evaluate(() => window.app.deliver());
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('The queue is empty.').waitFor();
}, 60_000);

test('exports the queue as NDJSON, under a strict content policy as well', async () => {
  await start(3);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('queue.ndjson');
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { kind?: string }).kind)).toEqual([
    undefined,
    'stall.sell',
    'stall.sell',
    'stall.sell',
  ]);
}, 60_000);

test('plots what happens and tells the latest figures as text', async () => {
  await start(50);
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.getByText('operations in the queue: 50').waitFor();
  await page.evaluate(() => window.app.deliver());
  await page.getByText('operations in the queue: 0').waitFor();
  await page.getByText(/p95: \d+ ms/).waitFor();
  expect(await page.locator('canvas').count()).toBe(3);
  // The plots take their own colours, not black or nothing.
  const colours = await page
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      };
      const found = new Set<string>();
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 255) found.add(`${data[at]} ${data[at + 1]} ${data[at + 2]}`);
      }
      return [...found];
    });
  expect(colours).toContain('11 107 98');
}, 60_000);

test('everything can be reached by keyboard', async () => {
  await start(1000);
  await page.locator('[aria-setsize="1000"]').first().waitFor();
  await page.getByRole('tab', { name: 'Operations' }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.getByRole('tab', { name: 'Lanes' }).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('listbox', { name: 'Operations' }).focus();
  await page.keyboard.press('End');
  await page.locator('[data-active][aria-posinset="1000"]').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'stall.sell' }).waitFor();
}, 60_000);

test('the shortcut opens a dialog over the page and closes it again', async () => {
  await start(3);
  await page.keyboard.press('Alt+Shift+KeyQ');
  const dialog = page.getByRole('dialog', { name: 'Queue inspector' });
  await dialog.locator('[role=option]').first().waitFor();
  expect(await dialog.evaluate((element) => element.matches(':modal'))).toBe(true);
  await page.keyboard.press('Alt+Shift+KeyQ');
  await dialog.waitFor({ state: 'detached' });
  await page.evaluate(() => window.app.open());
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}, 60_000);

test.each(['light', 'dark'] as const)(
  'nobody is kept out: %s',
  async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme });
    await start(700);
    await page.evaluate(() => window.app.refuse('SOLD_OUT', 3));
    await page.locator('[aria-setsize="703"]').first().click();
    await page.getByRole('heading', { name: 'stall.sell' }).waitFor();
    expect(await barriers()).toEqual([]);
    await page.evaluate(() => window.app.deliver());
    for (const name of ['Lanes', 'Dead letters', 'Charts']) {
      await page.getByRole('tab', { name }).click();
      expect(await barriers()).toEqual([]);
    }
  },
  90_000,
);

test('fits on 360 pixels, where the detail takes the place of the list', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await start(50);
  await rows().first().click();
  await page.getByRole('heading', { name: 'stall.sell' }).waitFor();
  expect(await rows().first().isVisible()).toBe(false);
  expect(await page.getByRole('searchbox').isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Close' }).click();
  await rows().first().waitFor();
  await page.locator('.scroller:focus').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
}, 60_000);
