import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sell } from './operations.js';
import { twoTenants } from './two-tenants.js';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-tenants-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function recorder() {
  const sent = [];
  const send = async (operations) => {
    sent.push(...operations);
    return operations.map(() => ({ kind: 'acknowledged' }));
  };
  return { sent, send };
}

test('two tenants in one app have their own storage, transport and principal', async () => {
  const transports = { market: recorder(), kiosk: recorder() };
  const file = join(folder, 'market.sqlite');
  const { market, kiosk } = await twoTenants({ file, transports });
  await Promise.all([market.open(), kiosk.open()]);
  await market.queue.enqueue(sell, { stall: 7, item: 'apples' });
  await kiosk.queue.enqueue(sell, { stall: 8, item: 'pears' });
  expect((await market.storage.stats()).total).toBe(1);
  expect((await kiosk.storage.stats()).total).toBe(1);

  await market.start();
  await market.worker.drain();
  expect(transports.market.sent.map(({ principal, payload }) => [principal, payload.item])).toEqual([
    ['market', 'apples'],
  ]);
  expect(transports.kiosk.sent).toEqual([]);
  await market.close();
  expect((await kiosk.storage.stats()).total).toBe(1);
  await kiosk.close();
}, 60_000);

test('a restart brings back what the durable tenant had, and nothing of the other', async () => {
  const file = join(folder, 'market.sqlite');
  const before = await twoTenants({ file, transports: { market: recorder(), kiosk: recorder() } });
  await Promise.all([before.market.open(), before.kiosk.open()]);
  await before.market.queue.enqueue(sell, { stall: 7, item: 'apples' });
  await before.kiosk.queue.enqueue(sell, { stall: 8, item: 'pears' });
  await Promise.all([before.market.close(), before.kiosk.close()]);

  const after = await twoTenants({ file, transports: { market: recorder(), kiosk: recorder() } });
  await Promise.all([after.market.open(), after.kiosk.open()]);
  expect((await after.market.storage.stats()).total).toBe(1);
  expect((await after.kiosk.storage.stats()).total).toBe(0);
  await Promise.all([after.market.close(), after.kiosk.close()]);
}, 60_000);
