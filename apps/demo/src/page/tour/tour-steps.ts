import type { OrderView } from '../device/device-view.js';
import type { Market } from '../market.js';
import { sharedOrder } from './shared-order.js';

/** One stop of the tour: what is to be seen, and what the button does. */
export interface TourStep {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** Does it, and resolves when it can be seen. */
  readonly run: (market: Market) => Promise<void>;
}

const idle = ({ view }: Market['a']): boolean => view.waiting === 0;

/** Both change the same order while both cables are out; then the left one is plugged in first. */
async function changeBoth(
  market: Market,
  changes: (
    order: OrderView,
  ) => readonly [Parameters<Market['a']['change']>[1], Parameters<Market['a']['change']>[1]],
): Promise<void> {
  const { a, b } = market;
  await market.until(() => sharedOrder(a.view, b.view) !== undefined);
  const order = sharedOrder(a.view, b.view);
  if (order === undefined) return;
  a.connect(false);
  b.connect(false);
  const [left, right] = changes(order);
  await a.change(order, left);
  await b.change(b.view.orders.find((other) => other.order === order.order) ?? order, right);
  await market.until(() => a.view.waiting > 0 && b.view.waiting > 0);
  a.connect(true);
  await market.until(() => idle(a));
  b.connect(true);
  await market.until(() => idle(b));
}

const refusedOf = ({ a }: Market): OrderView | undefined =>
  a.view.orders.find(({ refusal }) => refusal !== undefined);

const clashOf = ({ b }: Market): OrderView | undefined =>
  b.view.orders.find(({ clash }) => clash !== undefined);

export const TOUR: readonly TourStep[] = [
  {
    id: 'cut',
    title: 'Cut the network',
    text: 'The stall by the gate has no signal today. From here on nothing leaves the left device.',
    action: 'Pull the cable',
    run: ({ a }) => {
      a.connect(false);
      return Promise.resolve();
    },
  },
  {
    id: 'work',
    title: 'Work as if nothing happened',
    text: 'Five orders, a payment, another currency. Each is on the disk before it shows; the badges say that only this device has it.',
    action: 'Take five orders',
    run: async (market) => {
      const { a } = market;
      const before = a.view.waiting;
      await a.place('apples', 3);
      await a.place('honey', 1, 'A gift, wrap it');
      await a.place('bread', 2);
      await a.place('cheese', 1);
      await a.place('apples', 6, 'No bag');
      await market.until(() => a.view.waiting === before + 5);
      const [order] = a.view.orders;
      if (order !== undefined) await a.pay(order);
      await a.choose('CHF');
      await market.until(() => a.view.waiting >= before + 7);
    },
  },
  {
    id: 'reload',
    title: 'Close the page and come back',
    text: 'A service worker brings the page without a network, and the queue has everything that was there.',
    action: 'Reload',
    run: () => {
      location.reload();
      return Promise.resolve();
    },
  },
  {
    id: 'plug',
    title: 'Plug in again',
    text: 'The payment goes first, orders in their order, each once. Watch the server’s ledger in the middle.',
    action: 'Plug in',
    run: async (market) => {
      market.a.connect(true);
      await market.until(() => idle(market.a));
    },
  },
  {
    id: 'merge',
    title: 'Two people change one order',
    text: 'The left stall writes a note while the right one sets another quantity. They changed different fields, so both stand.',
    action: 'Change it on both sides',
    run: (market) =>
      changeBoth(market, ({ quantity }) => [{ note: 'Pick up at noon' }, { quantity: quantity + 1 }]),
  },
  {
    id: 'clash',
    title: 'Both set the quantity',
    text: 'No rule can know who is right. The change waits for a person: the card on the right shows both values and the one they started from.',
    action: 'Set it on both sides',
    run: async (market) => {
      await changeBoth(market, ({ quantity }) => [{ quantity: quantity + 2 }, { quantity: quantity + 5 }]);
      await market.until(() => clashOf(market) !== undefined);
    },
  },
  {
    id: 'decide',
    title: 'Decide',
    text: 'Take either value on the card, or a third. What you decide goes out against the newest version.',
    action: 'Keep the right one',
    run: async (market) => {
      const { b } = market;
      const clash = clashOf(market)?.clash;
      if (clash !== undefined) await b.decide(clash, clash.mine.quantity);
      await market.until(() => clashOf(market) === undefined && idle(b));
    },
  },
  {
    id: 'lost',
    title: 'Lose an answer',
    text: 'The server takes the order, and its answer gets lost. The device cannot know and asks again: two requests with one key, one effect.',
    action: 'Lose the next answer',
    run: async (market) => {
      const { a } = market;
      const before = market.news.effects;
      a.network.loseNextAnswer();
      await a.place('bread', 1);
      await market.until(() => idle(a) && market.news.effects > before);
    },
  },
  {
    id: 'poison',
    title: 'One that can never go',
    text: 'The market forbids moonshine, and only the server knows. The order becomes a dead letter with its reason; the two behind it go through.',
    action: 'Order moonshine',
    run: async (market) => {
      const { a } = market;
      await a.place('moonshine', 1);
      await a.place('honey', 2);
      await a.place('apples', 4);
      await market.until(() => idle(a) && refusedOf(market) !== undefined);
    },
  },
  {
    id: 'mend',
    title: 'Mend it',
    text: 'A dead letter is kept until somebody retries, edits or discards it. Cheese is allowed.',
    action: 'Make it cheese',
    run: async (market) => {
      const refused = refusedOf(market);
      if (refused?.refusal === undefined) return;
      await market.a.correct(refused.refusal.operation, { ...refused, item: 'cheese' });
      await market.until(() => refusedOf(market) === undefined && idle(market.a));
    },
  },
  {
    id: 'leave',
    title: 'Hand the device over',
    text: 'Ada takes an order without a network and signs out. Cleo signs in, and the network is back: what Cleo does goes out, and nothing of Ada’s.',
    action: 'Sign in as Cleo',
    run: async (market) => {
      const { a } = market;
      a.connect(false);
      await a.place('cheese', 2, 'Ada’s');
      await market.until(() => a.view.waiting === 1);
      a.signIn('cleo');
      a.connect(true);
      await a.place('bread', 4, 'Cleo’s');
      await market.until(() => idle(a) && a.ofOthers === 1);
    },
  },
  {
    id: 'return',
    title: 'And back',
    text: 'Ada signs in again, and her order goes, under her name.',
    action: 'Sign in as Ada',
    run: async (market) => {
      const { a } = market;
      a.signIn('ada');
      await market.until(() => idle(a) && a.ofOthers === 0);
    },
  },
  {
    id: 'load',
    title: 'Ten thousand',
    text: 'A morning’s visits, counted without a network, drain in batches while the page stays smooth.',
    action: 'Load 10,000 and plug in',
    run: (market) => market.load(),
  },
];
