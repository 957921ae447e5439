import { assertEqual } from './assert.js';
import { type CaseBody, gone, page, put, shownIn, stateOf } from './store-case.js';

export const pageCases: readonly CaseBody[] = [
  [
    'a page that is the last shows its records, with its checkpoint',
    async ({ first }) => {
      const store = await first();
      assertEqual(await stateOf(store), { channel: 'stall' }, 'a channel that was never pulled');
      assertEqual(
        await store.write(page({ checkpoint: '2', changes: [put('orders/1', { kilos: 3 }, 'v1')] })),
        true,
        'taken',
      );
      const record = { channel: 'stall', entity: 'orders/1', value: { kilos: 3 }, version: 'v1' };
      assertEqual(await store.get('orders/1'), record, 'record');
      assertEqual(await stateOf(store), { channel: 'stall', shown: '2' }, 'channel');
    },
  ],
  [
    'nothing of a load is shown before its last page',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '1', more: true, changes: [put('orders/1', 1)] }));
      assertEqual(await store.get('orders/1'), undefined, 'a record of an unfinished load');
      assertEqual(await store.revision(), 0, 'revision');
      const staged = { checkpoint: '1', isLoad: true, changes: 1 };
      assertEqual(await stateOf(store), { channel: 'stall', staged }, 'channel');
      await store.write(page({ since: '1', checkpoint: '2', changes: [put('orders/2', 2)] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/1': 1, 'orders/2': 2 }, 'records');
      assertEqual(await store.revision(), 1, 'revision');
    },
  ],
  [
    'two records of one transaction are never seen apart, though a page holds one',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '2', changes: [put('accounts/a', 10), put('accounts/b', 0)] }));
      await store.write(page({ since: '2', checkpoint: '3', more: true, changes: [put('accounts/a', 4)] }));
      assertEqual(await shownIn(store, 'accounts'), { 'accounts/a': 10, 'accounts/b': 0 }, 'before the end');
      await store.write(page({ since: '3', checkpoint: '4', changes: [put('accounts/b', 6)] }));
      assertEqual(await shownIn(store, 'accounts'), { 'accounts/a': 4, 'accounts/b': 6 }, 'after it');
    },
  ],
  [
    'a deletion on its way is laid over what is shown with the rest',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '2', changes: [put('orders/1', 1), put('orders/2', 2)] }));
      await store.write(page({ since: '2', checkpoint: '3', more: true, changes: [gone('orders/1')] }));
      assertEqual(Object.keys(await shownIn(store, 'orders')).length, 2, 'before the end');
      await store.write(page({ since: '3', checkpoint: '4', changes: [put('orders/3', 3)] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/2': 2, 'orders/3': 3 }, 'records');
    },
  ],
  [
    'an entity that changes twice on the way is shown as it was last',
    async ({ first }) => {
      const store = await first();
      await store.write(
        page({ checkpoint: '1', more: true, changes: [put('orders/1', 1), put('orders/2', 1)] }),
      );
      await store.write(page({ since: '1', checkpoint: '2', more: true, changes: [put('orders/1', 2)] }));
      await store.write(page({ since: '2', checkpoint: '3', changes: [gone('orders/2')] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/1': 2 }, 'records');
    },
  ],
  [
    'a page that continues from another checkpoint changes nothing',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '5', changes: [put('orders/1', 'newer')] }));
      assertEqual(
        await store.write(page({ checkpoint: '3', changes: [put('orders/1', 'older')] })),
        false,
        'taken',
      );
      assertEqual(
        await store.write(page({ since: '4', checkpoint: '6', changes: [put('orders/1', 'older')] })),
        false,
        'taken',
      );
      assertEqual((await store.get('orders/1'))?.value, 'newer', 'record');
      assertEqual(await stateOf(store), { channel: 'stall', shown: '5' }, 'channel');
    },
  ],
  [
    'a reset keeps what is shown until the new load is complete',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '5', changes: [put('orders/1', 1), put('orders/2', 2)] }));
      await store.write(
        page({ since: '5', checkpoint: '1', reset: true, more: true, changes: [put('orders/2', 'two')] }),
      );
      assertEqual(await shownIn(store, 'orders'), { 'orders/1': 1, 'orders/2': 2 }, 'during the load');
      await store.write(page({ since: '1', checkpoint: '9', changes: [put('orders/3', 'three')] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/2': 'two', 'orders/3': 'three' }, 'after it');
      assertEqual(await stateOf(store), { channel: 'stall', shown: '9' }, 'channel');
    },
  ],
  [
    'a reset in the middle of a load drops what had come of it',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '1', more: true, changes: [put('orders/1', 1)] }));
      await store.write(page({ since: '1', checkpoint: '7', reset: true, changes: [put('orders/2', 2)] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/2': 2 }, 'records');
    },
  ],
  [
    'a page without changes moves the checkpoint and nothing else',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '2', changes: [put('orders/1', 1)] }));
      const before = await store.revision();
      await store.write(page({ since: '2', checkpoint: '3' }));
      assertEqual(await stateOf(store), { channel: 'stall', shown: '3' }, 'channel');
      assertEqual(await store.revision(), before, 'revision');
    },
  ],
  [
    'a load goes on after a restart, and shows all of it at its end',
    async ({ first, reopened }) => {
      const before = await first();
      await before.write(page({ checkpoint: '1', more: true, changes: [put('orders/1', 1)] }));
      const store = await reopened(before);
      const state = await stateOf(store);
      assertEqual(state?.staged, { checkpoint: '1', isLoad: true, changes: 1 }, 'staged');
      await store.write(page({ since: '1', checkpoint: '2', changes: [put('orders/2', 2)] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/1': 1, 'orders/2': 2 }, 'records');
    },
  ],
  [
    'values come back as they were, whatever JSON they are',
    async ({ first }) => {
      const store = await first();
      const values = [null, false, 0, '', [], {}, 'ä\u{1f34e}', { a: [1, { b: null }] }, 1e300];
      const changes = values.map((value, at) => put(`odd/${at}`, value));
      await store.write(page({ checkpoint: '1', changes }));
      for (const [at, value] of values.entries())
        assertEqual((await store.get(`odd/${at}`))?.value, value, `value ${at}`);
    },
  ],
];
