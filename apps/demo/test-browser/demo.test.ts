import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Demo } from './demo.js';

let demo: Demo;
beforeEach(async () => {
  demo = await Demo.start();
}, 120_000);
afterEach(() => demo.close());

test("one person's network can be cut while the other's goes on", async () => {
  const [ada, ben] = [demo.person('Ada'), demo.person('Ben')];
  await ada.getByRole('switch', { name: 'Network' }).click();
  await ada.getByLabel('Currency').selectOption('Yen');
  await ben.getByLabel('Currency').selectOption('Swiss franc');
  await ben.locator('li[data-place="server"]').waitFor();
  await ada.getByText('No network. 1 change waits on this device.').waitFor();
  expect(await demo.changes('Ada')).toEqual(['Currency: Yen | On this device']);
  expect(await demo.changes('Ben')).toEqual(['Currency: Swiss franc | On the server']);
  expect(demo.server.changesOf('ada')).toEqual([]);

  await demo.page.reload();
  await ada.getByText('The server still has Euro.').waitFor();
  await ada.getByRole('switch', { name: 'Network' }).click();
  await ada.locator('li[data-place="server"]').waitFor();
  expect(demo.server.changesOf('ada')).toHaveLength(1);
}, 60_000);

test('everything can be done by keyboard', async () => {
  const { keyboard } = demo.page;
  const focused = (): Promise<string> =>
    demo.page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.getAttribute('role') ?? element?.getAttribute('name') ?? element?.id ?? '';
    });
  const order: string[] = [];
  for (let stop = 0; stop < 4; stop++) {
    await keyboard.press('Tab');
    order.push(await focused());
  }
  expect(order).toEqual(['switch', 'currency', 'language', 'theme']);
  await keyboard.press('ArrowRight');
  await demo.person('Ada').getByText('Theme: Light').waitFor();
  await keyboard.press('Shift+Tab');
  await keyboard.press('ArrowDown');
  await demo.person('Ada').getByText('Language: Deutsch').waitFor();
}, 60_000);

test('a change from another device shows up without a reload', async () => {
  await fetch(`${demo.server.url}sync/preferences.setLanguage`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer ben',
      'content-type': 'application/json',
      'idempotency-key': '"from-elsewhere"',
    },
    body: '{"language":"fr"}',
  });
  await demo.person('Ben').getByText('Language: Français').waitFor();
  await demo.page.getByText('Ben set the language to Français.').waitFor();
  expect(await demo.person('Ben').getByLabel('Language').inputValue()).toBe('fr');
}, 60_000);

test('a panel follows the theme of its own person', async () => {
  const ground = (name: string): Promise<string> =>
    demo
      .person(name)
      .locator('article')
      .evaluate((article) => getComputedStyle(article).backgroundColor);
  await demo.person('Ada').getByRole('radio', { name: 'Dark' }).check();
  await demo.person('Ada').locator('li[data-place="server"]').waitFor();
  expect(await ground('Ada')).toBe('rgb(29, 35, 37)');
  expect(await ground('Ben')).toBe('rgb(255, 255, 255)');
}, 60_000);

test('fits on 360 pixels, and nothing is stopped by the content policy', async () => {
  await demo.page.setViewportSize({ width: 360, height: 740 });
  await demo.person('Ada').getByLabel('Currency').selectOption('Swiss franc');
  await demo.person('Ada').locator('li[data-place="server"]').waitFor();
  expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(demo.complaints).toEqual([]);
}, 60_000);
