/** The copy's conformance suite on the IndexedDB of a real Chromium, and tabs that are killed while they load. */
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

const names = await page.evaluate(() => globalThis.replica.names);
for (const name of names) {
  test(name, () => page.evaluate((chosen) => globalThis.replica.run(chosen), name), 60_000);
}

/** More with `CPC_REPLICA_KILLS`; each is another moment of a load. */
const KILLS = Number(process.env.CPC_REPLICA_KILLS ?? 8);

test(`a copy is whole after each of ${KILLS} tabs that were killed while they loaded`, async () => {
  let loads = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = await browser.context.newPage();
    await victim.goto(server.origin);
    const devtools = await browser.context.newCDPSession(victim);
    await victim.evaluate(() => globalThis.replica.loadForEver());
    // Not a wait for something to happen: each kill comes at another moment.
    await page.evaluate(
      (ms) => new Promise((resolve) => globalThis.setTimeout(resolve, ms)),
      (kill * 37) % 400,
    );
    devtools.send('Page.crash').catch(() => undefined);
    await new Promise((resolve) => victim.once('crash', resolve));
    await victim.close();
    const shown = await page.evaluate(() => globalThis.replica.look());
    expect(shown.loads.length).toBeLessThanOrEqual(1);
    expect([0, 1000]).toContain(shown.records);
    loads = Math.max(loads, Number(shown.loads[0] ?? 0));
  }
  expect(loads).toBeGreaterThan(0);
}, 300_000);
