import { expect, test } from '@jest/globals';
import { isCurrencyChoice, isOrder, OPERATIONS, placeOrder, setCurrency, takePayment } from './operations.js';

const order = { order: 'o', item: 'apples', quantity: 3, note: '' };
const schema = placeOrder.schema?.['~standard'];

test.each([
  ['a quantity of none', { ...order, quantity: 0 }],
  ['half a piece', { ...order, quantity: 1.5 }],
  ['more than a stall has', { ...order, quantity: 1000 }],
  ['what nobody sells', { ...order, item: 'shells' }],
  ['a name that every object has', { ...order, item: 'constructor' }],
  ['a note that is a list', { ...order, note: ['a'] }],
  ['a novel for a note', { ...order, note: 'a'.repeat(201) }],
  ['no order at all', null],
  ['a text', 'apples'],
])('%s is no order', (_title, value) => {
  expect(schema?.validate(value)).toHaveProperty('issues');
});

test('an order is one, also for what only the server forbids', () => {
  expect(schema?.validate(order)).toEqual({ value: order });
  expect(isOrder({ ...order, item: 'moonshine' })).toBe(true);
});

test('a currency is one that the market takes', () => {
  expect(isCurrencyChoice({ currency: 'CHF' })).toBe(true);
  expect(isCurrencyChoice({ currency: 'toString' })).toBe(false);
});

test('what belongs to an order is one lane, and nothing else waits for it', () => {
  expect(placeOrder.entity?.({ ...order, item: 'apples' })).toBe('orders/o');
  expect(takePayment.entity?.({ order: 'o', currency: 'EUR' })).toBe('orders/o');
  expect(setCurrency.entity?.({ currency: 'EUR' })).toBe('preferences/currency');
  expect(new Set(OPERATIONS.map(({ kind }) => kind)).size).toBe(OPERATIONS.length);
});
