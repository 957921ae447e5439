import { expect, test } from '@jest/globals';
import type { OrderRecord } from '../../shared/api.js';
import { type DeviceView, type Held, viewOf } from '../device/device-view.js';
import { sharedOrder } from './shared-order.js';

const record = (order: string, version: string): OrderRecord => ({
  order,
  item: 'apples',
  quantity: 2,
  note: '',
  paid: false,
  placedBy: 'ada',
  changedBy: 'ada',
  version,
});
const view = (orders: readonly OrderRecord[], held: readonly Held[] = []): DeviceView =>
  viewOf({ orders, currency: 'EUR' }, held, 'ada');

test('is the newest that both have', () => {
  const left = view([record('only left', '1'), record('both', '3'), record('older', '1')]);
  const right = view([record('both', '3'), record('older', '1')]);
  expect(sharedOrder(left, right)?.order).toBe('both');
});

test('waits while one device knows an older version of it', () => {
  const right = view([record('both', '3'), record('older', '1')]);
  expect(sharedOrder(view([record('both', '2'), record('older', '1')]), right)).toBeUndefined();
});

test('is none of those that a device has a change of', () => {
  const change: Held = {
    id: 'c',
    kind: 'orders.change',
    payload: { order: 'both', item: 'apples', quantity: 5, note: '' },
    state: 'waiting',
    failure: undefined,
    base: undefined,
    principal: 'ada',
  };
  expect(sharedOrder(view([record('both', '1')], [change]), view([record('both', '1')]))).toBeUndefined();
});

test('is none where nothing is shared', () => {
  expect(sharedOrder(view([record('left', '1')]), view([record('right', '1')]))).toBeUndefined();
  expect(sharedOrder(view([]), view([]))).toBeUndefined();
});
