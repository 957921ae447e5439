import { defer, defineOperation, fieldMerge, OperationPriority, type StandardSchema } from '@cpc/sync-core';
import { type Currency, isCurrency, isItem, isQuantity, type Item } from './goods.js';

/** What a person can say of an order; the field merge works on these. */
export interface Order {
  readonly order: string;
  readonly item: Item;
  readonly quantity: number;
  readonly note: string;
}

export interface Payment {
  readonly order: string;
  readonly currency: Currency;
}

export interface CurrencyChoice {
  readonly currency: Currency;
}

/** Somebody passed the stall. */
export interface Visit {
  readonly n: number;
}

type Check<T> = (value: Readonly<Record<string, unknown>>) => value is Readonly<Record<string, unknown>> & T;

/** A Standard Schema in one line; any library that makes them does as well. */
const schemaOf = <T>(words: string, check: Check<T>): StandardSchema<T> => ({
  '~standard': {
    version: 1,
    vendor: 'market-day',
    validate: (value) =>
      typeof value === 'object' && value !== null && check(value as Readonly<Record<string, unknown>>)
        ? { value: value as T }
        : { issues: [{ message: words }] },
  },
});

export const MAX_NOTE = 200;

export const isOrder: Check<Order> = (value): value is typeof value & Order =>
  typeof value['order'] === 'string' &&
  isItem(value['item']) &&
  isQuantity(value['quantity']) &&
  typeof value['note'] === 'string' &&
  value['note'].length <= MAX_NOTE;

export const isPayment: Check<Payment> = (value): value is typeof value & Payment =>
  typeof value['order'] === 'string' && isCurrency(value['currency']);

export const isCurrencyChoice: Check<CurrencyChoice> = (value): value is typeof value & CurrencyChoice =>
  isCurrency(value['currency']);

export const isVisit: Check<Visit> = (value): value is typeof value & Visit => Number.isInteger(value['n']);

/** All that belongs to an order is one lane, so that nobody pays for what is not there yet. */
const laneOf = ({ order }: { readonly order: string }): string => `orders/${order}`;

export const placeOrder = defineOperation<Order>('orders.place', {
  schema: schemaOf('is not an order', isOrder),
  entity: laneOf,
  priority: OperationPriority.High,
});

/** Notes and items merge by field; where two people set another quantity, a person decides. */
export const changeOrder = defineOperation<Order>('orders.change', {
  schema: schemaOf('is not an order', isOrder),
  entity: laneOf,
  priority: OperationPriority.High,
  coalesce: 'replace',
  conflict: fieldMerge({ payload: 'record', onClash: 'defer' }),
});

export const takePayment = defineOperation<Payment>('payments.take', {
  schema: schemaOf('is not a payment', isPayment),
  entity: laneOf,
  priority: OperationPriority.Critical,
  conflict: defer,
});

export const setCurrency = defineOperation<CurrencyChoice>('preferences.setCurrency', {
  schema: schemaOf('is not a currency of this market', isCurrencyChoice),
  entity: () => 'preferences/currency',
  priority: OperationPriority.High,
  coalesce: 'replace',
});

export const countVisit = defineOperation<Visit>('visits.count', {
  schema: schemaOf('is not a visit', isVisit),
  priority: OperationPriority.Low,
});

/** The kinds that this page enqueues. */
export const OPERATIONS = [placeOrder, changeOrder, takePayment, setCurrency, countVisit];
