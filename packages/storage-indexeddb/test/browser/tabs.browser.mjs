/** Two tabs and a service worker of a real Chromium on one queue: who delivers, and who hears of it. */
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { launchBrowser, serveBundle } from '../../../../tools/browser/index.mjs';

const server = await serveBundle(fileURLToPath(new URL('tabs-page.ts', import.meta.url)));
const browser = await launchBrowser();
const [author, other] = [await browser.context.newPage(), await browser.context.newPage()];
for (const page of [author, other]) await page.goto(server.origin);

afterAll(async () => {
  await browser.close();
  await server.close();
});

const ids = (from) => Array.from({ length: 10 }, (_, n) => `op${from + n}`);
const enqueueAll = (some) => author.evaluate((chosen) => globalThis.tabs.enqueueAll(chosen), some);
const heardIn = (page) => page.evaluate(() => globalThis.tabs.heard());

test('the author of 20 changes hears each answer once and in order, of another tab and of a service worker', async () => {
  await other.evaluate(() => globalThis.tabs.deliver('service worker'));
  const first = await enqueueAll(ids(0));
  await other.evaluate(() => globalThis.tabs.deliver('page'));
  const second = await enqueueAll(ids(10));
  const all = [...ids(0), ...ids(10)];
  const ended = [...first, ...second];
  expect(ended.map(({ id, state, result }) => [id, state, result.payload])).toEqual(
    all.map((id) => [id, 'acknowledged', id]),
  );
  expect(first.every(({ result }) => result.by === 'service worker')).toBe(true);
  const heard = ended.map(({ id, result }) => [id, result]);
  expect(await heardIn(author)).toEqual(heard);
  // The other tab may hear the last a moment later.
  await other.waitForFunction((count) => globalThis.tabs.heard().length >= count, 20);
  expect(await heardIn(other)).toEqual(heard);
}, 60_000);

test('a tab that was loaded again ends its watch with what became of the change', async () => {
  await author.reload();
  const status = await author.evaluate(() => globalThis.tabs.watch('op3'));
  expect(status).toMatchObject({
    id: 'op3',
    state: 'acknowledged',
    result: { by: 'service worker', payload: 'op3' },
  });
  expect(await heardIn(author)).toEqual([]);
}, 60_000);
