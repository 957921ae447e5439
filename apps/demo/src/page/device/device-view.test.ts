import { expect, test } from '@jest/globals';
import type { MarketCopy, OrderRecord } from '../../shared/api.js';
import type { Order } from '../../shared/operations.js';
import { type Held, viewOf } from './device-view.js';

const order = (more: Partial<Order> = {}): Order => ({
  order: 'o1',
  item: 'apples',
  quantity: 2,
  note: '',
  ...more,
});
const record: OrderRecord = { ...order(), paid: false, placedBy: 'ben', changedBy: 'ben', version: '1' };
const copy = (...orders: OrderRecord[]): MarketCopy => ({ orders, currency: 'EUR' });
const held = (kind: string, payload: unknown, more: Partial<Held> = {}): Held => ({
  id: kind,
  kind,
  payload,
  state: 'waiting',
  failure: undefined,
  base: undefined,
  principal: 'ada',
  ...more,
});
const view = (orders: readonly OrderRecord[], ...operations: Held[]): ReturnType<typeof viewOf> =>
  viewOf(copy(...orders), operations, 'ada');

test('shows the server’s copy where nothing waits', () => {
  const { orders, waiting, open, currency } = view([record]);
  expect(orders).toEqual([{ ...record, place: 'server' }]);
  expect({ waiting, open, currency }).toEqual({
    waiting: 0,
    open: 0,
    currency: { value: 'EUR', place: 'server' },
  });
});

test('lays what waits over it, in order', () => {
  const { orders, waiting } = view(
    [record],
    held('orders.change', order({ quantity: 5 })),
    held('orders.place', order({ order: 'o2', item: 'honey' })),
    held('payments.take', { order: 'o2', currency: 'EUR' }, { state: 'leased' }),
  );
  expect(orders).toMatchObject([
    { order: 'o2', item: 'honey', paid: true, place: 'device' },
    { order: 'o1', quantity: 5, changedBy: 'ada', place: 'device' },
  ]);
  expect(waiting).toBe(3);
});

test('shows what the server refused with its reason, without what it would have changed', () => {
  const failure = { code: 'ITEM_FORBIDDEN', message: 'No.' };
  const change = order({ item: 'moonshine' });
  const { orders, open } = view([record], held('orders.change', change, { state: 'deadLetter', failure }));
  expect(orders).toMatchObject([{ item: 'apples', place: 'refused', refusal: { code: 'ITEM_FORBIDDEN' } }]);
  expect(open).toBe(1);
});

test('shows a conflict with both values and the one before', () => {
  const remote = { value: order({ quantity: 4 }), version: '2' };
  const failure = { code: 'CONFLICT_DEFERRED', message: 'Decide.', details: remote };
  const base = order();
  const { orders } = view(
    [record],
    held('orders.change', order({ quantity: 7 }), { state: 'parked', failure, base }),
  );
  expect(orders[0]?.place).toBe('decide');
  expect(orders[0]?.clash).toMatchObject({
    mine: { quantity: 7 },
    theirs: { quantity: 4 },
    base: { quantity: 2 },
  });
});

test('leaves out what another person did on the device', () => {
  const { orders, waiting } = view([], held('orders.place', order(), { principal: 'cleo' }));
  expect(orders).toEqual([]);
  expect(waiting).toBe(0);
});

test('shows the chosen currency before the server has it', () => {
  const { currency } = view([], held('preferences.setCurrency', { currency: 'CHF' }));
  expect(currency).toEqual({ value: 'CHF', place: 'device' });
});
