/** The storage's conformance suite on the IndexedDB of a real Chromium, in a page. */
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { launchBrowser, serveBundle } from '../../../../tools/browser/index.mjs';

const server = await serveBundle(fileURLToPath(new URL('page.ts', import.meta.url)));
const browser = await launchBrowser();
const page = await browser.context.newPage();
await page.goto(server.origin);

afterAll(async () => {
  await browser.close();
  await server.close();
});

const names = await page.evaluate(() => globalThis.conformance.names);
for (const name of names) {
  test(name, () => page.evaluate((chosen) => globalThis.conformance.run(chosen), name), 60_000);
}

/** Enough to show that every part of the storage works there too: the suite itself has run above. */
const inServiceWorker = names.filter((name) =>
  /^(two instances|a restart|claim of|settle remove)/.test(name),
);

test('cases were chosen for the service worker', () => expect(inServiceWorker.length).toBeGreaterThan(5));

for (const name of inServiceWorker) {
  test(`in a service worker: ${name}`, async () => {
    const failure = await page.evaluate((chosen) => globalThis.conformance.runInServiceWorker(chosen), name);
    expect(failure).toBeUndefined();
  }, 60_000);
}
