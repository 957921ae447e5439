import type { OrderRecord } from '../shared/api.js';
import type { DemoServer } from '../server/demo-server.js';
import { barriersOf } from './barriers.js';
import { expectEqual, expectThat } from './expect-equal.js';
import type { MarketPage } from './market-page.js';

/** What the scenario is played on. */
export interface Stage {
  readonly page: MarketPage;
  readonly server: DemoServer;
  /** Takes the pictures of this moment, where pictures are wanted. */
  readonly picture: (name: string) => Promise<void>;
  readonly print: (line: string) => void;
}

export interface Scene {
  readonly title: string;
  readonly play: (stage: Stage) => Promise<unknown>;
}

const LOAD = 10_000;

const kinds = ({ server }: Stage): readonly string[] =>
  server
    .ledger()
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'visits.count');

/** The order whose note says so, as the server has it. */
function noted({ server }: Stage, note: string): OrderRecord | undefined {
  return server.marketOf('ada').orders.find((order) => order.note === note);
}

/** The sixty seconds. Each scene holds what the page shows against the server's ledger. */
export const SCENES: readonly Scene[] = [
  {
    title: 'The page is open, a service worker keeps it, and it can be installed',
    play: async ({ page }) => {
      const isKept = (): boolean => navigator.serviceWorker.controller !== null;
      await page.until('a service worker', isKept, undefined, (kept) => kept);
      await page.sees('[data-device="a"] .status', 'The server has everything.');
      expectEqual('What keeps it from being installed', (await page.browser.installErrors()) ?? [], []);
    },
  },
  {
    title: 'The left device has no network',
    play: async ({ page }) => {
      await page.play('cut');
      await page.sees('[data-device="a"] .status', 'No network.');
    },
  },
  {
    title: 'Five orders, a payment and a currency are on this device, and not on the server',
    play: async (stage) => {
      await stage.page.play('work');
      await stage.page.ordersAre('a', 5, ['device']);
      await stage.page.sees('[data-device="a"] .status', '7 changes safe on this device');
      await stage.page.sees('[data-device="a"] .currency .badge', 'On this device');
      expectEqual('Effects', kinds(stage), []);
    },
  },
  {
    title: 'The page comes back without a network, with everything that was there',
    play: async (stage) => {
      await stage.page.browser.setOffline(true);
      await stage.page.play('reload');
      await stage.page.ordersAre('a', 5, ['device']);
      await stage.page.sees('[data-device="a"] .status', '7 changes safe on this device');
      await stage.page.browser.setOffline(false);
      expectEqual('Effects', kinds(stage), []);
    },
  },
  {
    title: 'Plugged in again, the server has each once, a payment never ahead of its order',
    play: async (stage) => {
      await stage.page.play('plug');
      await stage.page.ordersAre('a', 5, ['server']);
      await stage.page.ordersAre('b', 5, ['server']);
      const found = kinds(stage);
      expectEqual('Effects by kind', [...found].sort(), [
        ...Array.from({ length: 5 }, () => 'orders.place'),
        'payments.take',
        'preferences.setCurrency',
      ]);
      expectEqual('Paid', stage.server.marketOf('ada').orders.filter(({ paid }) => paid).length, 1);
      expectEqual("Ada's currency", stage.server.marketOf('ada').currency, 'CHF');
    },
  },
  {
    title: 'A note on one side and a quantity on the other merge by field',
    play: async (stage) => {
      await stage.page.play('merge');
      const order = noted(stage, 'Pick up at noon');
      expectThat('the note of the left and the quantity of the right are both there', order?.version === '3');
      expectEqual('Changed last by', order?.changedBy, 'ben');
      await stage.page.ordersAre('b', 5, ['server']);
    },
  },
  {
    title: 'Two quantities for one order wait for a person, who sees both and the one before',
    play: async (stage) => {
      const before = noted(stage, 'Pick up at noon')?.quantity ?? NaN;
      await stage.page.play('clash');
      await stage.page.sees('[data-device="b"] .clash dl', `Here ${before + 5}`);
      await stage.page.sees('[data-device="b"] .clash dl', `On the server ${before + 2}`);
      await stage.page.sees('[data-device="b"] .clash dl', `Before ${before}`);
      expectEqual('The quantity meanwhile', noted(stage, 'Pick up at noon')?.quantity, before + 2);
      await stage.picture('market-day');
      await stage.page.play('decide');
      expectEqual('The quantity decided', noted(stage, 'Pick up at noon')?.quantity, before + 5);
    },
  },
  {
    title: 'A lost answer makes two requests and one effect',
    play: async (stage) => {
      const before = kinds(stage).length;
      await stage.page.play('lost');
      const [second, first] = await stage.page.exchanges();
      expectEqual('The first request', first?.outcome, 'answer lost');
      expectEqual('The second request', second?.outcome, 'answered');
      expectEqual('Their keys', first?.text, second?.text);
      const key = second?.text ?? '';
      expectEqual('Effects', kinds(stage).length, before + 1);
      expectEqual(
        'Effects of that key',
        stage.server.ledger().filter((one) => one.key.endsWith(key)).length,
        1,
      );
    },
  },
  {
    title: 'An order that the server refuses is kept with its reason, and the others go through',
    play: async (stage) => {
      const before = kinds(stage).length;
      await stage.page.play('poison');
      await stage.page.sees('[data-device="a"] .refusal', 'ITEM_FORBIDDEN');
      expectEqual('Effects', kinds(stage).length, before + 2);
      await inspect(stage);
      await stage.page.play('mend');
      expectEqual('Effects', kinds(stage).length, before + 3);
      const items = stage.server.marketOf('ada').orders.map(({ item }) => item);
      expectThat('no moonshine was sold', !items.includes('moonshine'));
    },
  },
  {
    title: 'Another person signs in, and nothing of the first goes out',
    play: async (stage) => {
      const before = kinds(stage).length;
      await stage.page.play('leave');
      expectEqual(
        'Who',
        stage.server
          .ledger()
          .slice(before)
          .map(({ person }) => person),
        ['cleo'],
      );
      await stage.page.sees('[data-device="a"] .status', '1 of Ada’s wait for Ada.');
      await stage.page.play('return');
      const who = stage.server
        .ledger()
        .slice(before)
        .map(({ person }) => person);
      expectEqual('Who', who, ['cleo', 'ada']);
    },
  },
  {
    title: '10,000 operations drain in batches while the page goes on drawing',
    play: async ({ page, server, print }) => {
      await page.play('load');
      const visits = server.ledger().filter(({ kind }) => kind === 'visits.count');
      expectEqual('Visits on the server', visits.length, LOAD);
      const perSecond = await page.figure('.drained', 'data-per-second');
      const frames = await page.figure('.drained', 'data-frames');
      const met = (isMet: boolean): string => (isMet ? 'met' : 'NOT MET');
      print(`   ${perSecond} operations a second; goal 1,000: ${met(perSecond >= 1000)}`);
      print(`   ${frames} frames a second meanwhile; goal above 30: ${met(frames > 30)}`);
    },
  },
  {
    title: 'Nobody is kept out: axe finds nothing serious',
    play: async ({ page }) => expectEqual('Barriers', await barriersOf(page.browser), []),
  },
];

/** The inspector tells of the dead letter as well. */
async function inspect({ page, picture }: Stage): Promise<void> {
  await page.click('.masthead button');
  const read = (): string => {
    const dialog = document.querySelector('cpc-inspector-dialog')?.shadowRoot;
    const inspector = dialog?.querySelector('cpc-inspector')?.shadowRoot;
    const row = inspector
      ?.querySelector('cpc-virtual-list')
      ?.shadowRoot?.querySelector<HTMLElement>('[role=option]');
    if (inspector?.querySelector('cpc-inspector-detail') === null) row?.click();
    return inspector?.querySelector('cpc-inspector-detail')?.shadowRoot?.textContent ?? '';
  };
  await page.until('the dead letter in the inspector', read, undefined, (text) =>
    text.includes('ITEM_FORBIDDEN'),
  );
  await picture('inspector');
  const close = (): void =>
    document.querySelector('cpc-inspector-dialog')?.shadowRoot?.querySelector('dialog')?.close();
  await page.browser.evaluate(close, undefined);
}
