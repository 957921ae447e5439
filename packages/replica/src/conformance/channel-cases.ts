import { assertEqual } from './assert.js';
import { type CaseBody, gone, page, put, shownIn } from './store-case.js';

export const channelCases: readonly CaseBody[] = [
  [
    'channels have checkpoints of their own',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ channel: 'b', checkpoint: '9', changes: [put('orders/1', 1)] }));
      await store.write(page({ channel: 'a', checkpoint: '2', more: true, changes: [put('orders/2', 2)] }));
      const staged = { checkpoint: '2', isLoad: true, changes: 1 };
      const known = [{ channel: 'a', staged }, { channel: 'b', shown: '9' }, { channel: 'stall' }];
      assertEqual(await store.channels(), known, 'channels');
    },
  ],
  [
    'a channel that is left takes its records along, and no others',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ channel: 'a', checkpoint: '1', changes: [put('orders/1', 1)] }));
      await store.write(page({ channel: 'b', checkpoint: '1', changes: [put('orders/2', 2)] }));
      assertEqual(await store.leave('a'), true, 'was there');
      assertEqual(await store.leave('a'), false, 'was there a second time');
      assertEqual(await shownIn(store, 'orders'), { 'orders/2': 2 }, 'records');
      assertEqual(await store.channels(), [{ channel: 'b', shown: '1' }, { channel: 'stall' }], 'channels');
    },
  ],
  [
    'a channel that is followed again begins anew',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '4', changes: [put('orders/1', 1)] }));
      await store.leave('stall');
      const late = page({ since: '4', checkpoint: '5', changes: [put('orders/1', 'late')] });
      assertEqual(await store.write(late), false, 'a page that was on its way');
      assertEqual(await store.follow('stall'), true, 'followed again');
      assertEqual(await store.follow('stall'), false, 'followed a second time');
      assertEqual(await store.write(late), false, 'a page that was on its way');
      await store.write(page({ checkpoint: '5', changes: [put('orders/2', 2)] }));
      assertEqual(await shownIn(store, 'orders'), { 'orders/2': 2 }, 'records');
    },
  ],
  [
    'a record that moves out of a channel disappears from it',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '1', changes: [put('orders/1', 1)] }));
      await store.write(page({ since: '1', checkpoint: '2', changes: [gone('orders/1')] }));
      assertEqual(await store.get('orders/1'), undefined, 'record');
    },
  ],
  [
    'a record in two channels is shown as it came last, and goes with the last of them',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ channel: 'a', checkpoint: '1', changes: [put('orders/1', 'from a')] }));
      await store.write(page({ channel: 'b', checkpoint: '1', changes: [put('orders/1', 'from b')] }));
      assertEqual((await store.get('orders/1'))?.value, 'from b', 'record');
      await store.write(
        page({ channel: 'a', since: '1', checkpoint: '2', changes: [put('orders/1', 'again')] }),
      );
      assertEqual((await store.get('orders/1'))?.value, 'again', 'record');
      assertEqual(await shownIn(store, 'orders'), { 'orders/1': 'again' }, 'list');
      await store.write(page({ channel: 'a', since: '2', checkpoint: '3', changes: [gone('orders/1')] }));
      assertEqual((await store.get('orders/1'))?.value, 'from b', 'record');
      await store.leave('b');
      assertEqual(await store.get('orders/1'), undefined, 'record');
    },
  ],
  [
    'a load that ends later is newer, also where its pages came earlier',
    async ({ first }) => {
      const store = await first();
      await store.write(
        page({ channel: 'a', checkpoint: '1', more: true, changes: [put('orders/1', 'from a')] }),
      );
      await store.write(page({ channel: 'b', checkpoint: '1', changes: [put('orders/1', 'from b')] }));
      await store.write(page({ channel: 'a', since: '1', checkpoint: '2' }));
      assertEqual((await store.get('orders/1'))?.value, 'from a', 'record');
      assertEqual(await shownIn(store, 'orders'), { 'orders/1': 'from a' }, 'list');
    },
  ],
];
