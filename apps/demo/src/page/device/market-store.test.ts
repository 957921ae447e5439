import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { MarketCopy, OrderRecord } from '../../shared/api.js';
import type { Cable } from './cable.js';
import { MarketStore } from './market-store.js';

const record = (order: string, version: string): OrderRecord => ({
  order,
  item: 'apples',
  quantity: 1,
  note: '',
  paid: false,
  placedBy: 'ada',
  changedBy: 'ada',
  version,
});
const copyOf = (...orders: readonly OrderRecord[]): MarketCopy => ({ orders, currency: 'EUR' });

let answers: ((copy: MarketCopy) => void)[];
let store: MarketStore;
beforeEach(() => {
  const kept = new Map<string, string>();
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  Object.defineProperty(globalThis, 'localStorage', { value: localStorage, configurable: true });
  answers = [];
  const fetch = (): Promise<Response> =>
    new Promise((resolve) => answers.push((copy) => resolve(Response.json(copy))));
  store = new MarketStore('a', 'ada', { fetch } as unknown as Cable);
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'localStorage');
});

/** Lets everything run that waits for nothing but its turn. */
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('of two questions the later answer counts, whichever comes first', async () => {
  const both = [store.refresh(), store.refresh()];
  answers[1]!(copyOf(record('o', '2')));
  await turns();
  answers[0]!(copyOf(record('o', '1')));
  expect(await Promise.all(both)).toEqual([false, true]);
  expect(store.copy.orders).toEqual([record('o', '2')]);
});

test('what was acknowledged while the server was asked does not vanish again', async () => {
  const asked = store.refresh();
  store.put(record('mine', '1'));
  answers[0]!(copyOf());
  await turns();
  expect(store.copy.orders).toEqual([record('mine', '1')]);
  answers[1]!(copyOf(record('theirs', '1'), record('mine', '1')));
  expect(await asked).toBe(true);
  expect(store.copy.orders).toHaveLength(2);
});
