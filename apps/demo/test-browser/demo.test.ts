import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Demo } from './demo.js';

let demo: Demo;
beforeEach(async () => {
  demo = await Demo.start();
}, 120_000);
afterEach(() => demo.close());

test("one device's network can be cut while the other's goes on", async () => {
  const [left, right] = [demo.device('a'), demo.device('b')];
  await left.getByRole('switch', { name: 'Network' }).click();
  await left.getByRole('button', { name: 'Take order' }).click();
  await left.getByText('No network. 1 change safe on this device.').waitFor();
  await right.getByLabel('Goods').selectOption('Honey');
  await right.getByRole('button', { name: 'Take order' }).click();
  await right.locator('.order[data-place="server"]').waitFor();
  expect(await left.locator('.order .badge').allInnerTexts()).toEqual(['On this device']);
  expect(demo.server.ledger()).toHaveLength(1);

  await demo.page.reload();
  await left.getByRole('switch', { name: 'Network' }).click();
  await left.locator('.order[data-place="server"]').nth(1).waitFor();
  expect(demo.server.ledger().map(({ person }) => person)).toEqual(['ben', 'ada']);
}, 90_000);

test('an order that is taken while the queue is being opened is kept, and sent', async () => {
  await demo.page.addInitScript(() => {
    // The database of a busy device: it opens a second late.
    IDBOpenDBRequest.prototype.addEventListener = function (
      type: string,
      listener: (event: Event) => void,
      options?: AddEventListenerOptions,
    ): void {
      const late = (event: Event): void => void setTimeout(() => listener.call(this, event), 1000);
      EventTarget.prototype.addEventListener.call(this, type, type === 'success' ? late : listener, options);
    };
  });
  await demo.page.reload({ waitUntil: 'commit' });
  await demo.device('a').getByRole('button', { name: 'Take order' }).click();
  await demo.device('a').locator('.order[data-place="server"]').waitFor();
  expect(demo.server.ledger()).toHaveLength(1);
}, 90_000);

test('an order is taken, changed and paid by keyboard alone', async () => {
  const left = demo.device('a');
  await left.getByLabel('Quantity').focus();
  await demo.page.keyboard.type('3');
  await demo.page.keyboard.press('Enter');
  await left.locator('.order[data-place="server"]').waitFor();
  await left.locator('.tools summary').focus();
  await demo.page.keyboard.press('Enter');
  await demo.page.keyboard.press('Tab');
  await demo.page.keyboard.press('ArrowUp');
  await demo.page.keyboard.press('Tab');
  await demo.page.keyboard.type('No bag');
  await demo.page.keyboard.press('Tab');
  await demo.page.keyboard.press('Enter');
  await left.getByText('· paid').waitFor();
  await left.locator('.order[data-place="server"]').waitFor();
  expect(demo.server.marketOf('ada').orders).toMatchObject([{ note: 'No bag', paid: true }]);
}, 90_000);

test('the tour plays by itself, across the reload that is part of it, and can be stopped', async () => {
  await demo.page.getByRole('button', { name: 'Play it all' }).click();
  await demo.page.locator('.tour[data-step="plug"]').waitFor();
  await demo.device('a').getByText('7 changes safe on this device').waitFor();
  await demo.page.locator('.tour[data-step="merge"]').waitFor();
  await demo.page.getByRole('button', { name: 'Stop' }).click();
  await demo.page.getByRole('button', { name: 'Play it all' }).waitFor();
  // After the random moment that every device waits for when it is plugged in again.
  await demo.device('a').getByText('The server has everything.').waitFor();
  expect(demo.server.ledger()).toHaveLength(7);
}, 90_000);

test('hostile notes are text', async () => {
  const left = demo.device('a');
  const note = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await left.getByLabel('Note').fill(note);
  await left.getByRole('button', { name: 'Take order' }).click();
  await demo.device('b').getByText(note).waitFor();
  expect(await demo.page.title()).toBe('Market Day');
  expect(demo.complaints).toEqual([]);
}, 90_000);

test('faults go into the address with their seed, and come back from it', async () => {
  await demo.page.goto(`${demo.server.url}?seed=4711&a=random,100,0,serverError`);
  await demo.page.getByText('planned; the address').waitFor();
  expect(await demo.page.getByLabel('Seed').inputValue()).toBe('4711');
  const left = demo.device('a');
  await left.getByRole('button', { name: 'Take order' }).click();
  await demo.page.locator('.wire li').getByText('500').first().waitFor();
  expect(demo.server.ledger()).toEqual([]);
  await demo.page.getByRole('button', { name: 'Take all away' }).click();
  expect(new URL(demo.page.url()).search).toBe('?seed=4711');
  await left.locator('.order[data-place="server"]').waitFor();
  expect(demo.server.ledger()).toHaveLength(1);
}, 90_000);

test('fits on 360 pixels, and nothing is stopped by the content policy', async () => {
  await demo.page.setViewportSize({ width: 360, height: 740 });
  await demo.device('a').getByRole('button', { name: 'Take order' }).click();
  await demo.device('a').locator('.order[data-place="server"]').waitFor();
  await demo.page.getByRole('heading', { name: 'Faults' }).click();
  expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await demo.page.getByRole('button', { name: 'Inspect left queue' }).click();
  await demo.page.getByText('The queue is empty.').waitFor();
  expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(demo.complaints).toEqual([]);
}, 90_000);

test.each(['light', 'dark'] as const)(
  'nobody is kept out: %s',
  async (colorScheme) => {
    await demo.page.emulateMedia({ colorScheme });
    const left = demo.device('a');
    await left.getByLabel('Goods').selectOption('Moonshine');
    await left.getByLabel('Note').fill('For the road');
    await left.getByRole('button', { name: 'Take order' }).click();
    await left.getByText('ITEM_FORBIDDEN').waitFor();
    await left.getByRole('button', { name: 'Take order' }).click();
    await left.locator('.order[data-place="server"] summary').click();
    await demo.page.getByRole('heading', { name: 'Faults' }).click();
    expect(await demo.barriers()).toEqual([]);
  },
  90_000,
);

test.each(['hang', 'redirect', 'captivePortal', 'halfAnswer', 'keyInUse'])(
  'gets over a server that answers with %s, as soon as it stops',
  async (fault) => {
    await demo.page.goto(`${demo.server.url}?seed=1&server=random,100,0,${fault}`);
    await demo.page.getByText('planned; the address').waitFor();
    const left = demo.device('a');
    await left.getByRole('button', { name: 'Take order' }).click();
    await demo.page.locator('.wire li:not([data-outcome="under way"])').first().waitFor();
    // Between two attempts; during one it says "Being sent".
    await left.locator('.order .badge').getByText('On this device').waitFor();
    await demo.page.getByRole('button', { name: 'Take all away' }).click();
    await left.locator('.order[data-place="server"]').waitFor();
    expect(demo.server.ledger()).toHaveLength(1);
  },
  90_000,
);
