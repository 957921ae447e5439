import { assertEqual } from './assert.js';
import type { CaseBody } from './store-case.js';

export const leadCases: readonly CaseBody[] = [
  [
    'one owner leads until its lease is over',
    async ({ first }) => {
      const store = await first();
      assertEqual(await store.lead({ owner: 'a', now: 1_000, leaseMs: 100 }), true, 'the first');
      assertEqual(await store.lead({ owner: 'b', now: 1_050, leaseMs: 100 }), false, 'another one');
      assertEqual(await store.lead({ owner: 'a', now: 1_090, leaseMs: 100 }), true, 'the first again');
      assertEqual(await store.lead({ owner: 'b', now: 1_189, leaseMs: 100 }), false, 'another one');
      assertEqual(await store.lead({ owner: 'b', now: 1_190, leaseMs: 100 }), true, 'after the lease');
    },
  ],
  [
    'whoever resigns makes way at once, and only for itself',
    async ({ first }) => {
      const store = await first();
      await store.lead({ owner: 'a', now: 0, leaseMs: 1_000 });
      await store.resign('b');
      assertEqual(await store.lead({ owner: 'b', now: 1, leaseMs: 1_000 }), false, 'another one');
      await store.resign('a');
      assertEqual(await store.lead({ owner: 'b', now: 2, leaseMs: 1_000 }), true, 'another one');
    },
  ],
  [
    'two instances see one leader',
    async ({ first, second }) => {
      const store = await first();
      const other = await second(store);
      assertEqual(await store.lead({ owner: 'a', now: 0, leaseMs: 1_000 }), true, 'the first');
      assertEqual(await other.lead({ owner: 'b', now: 1, leaseMs: 1_000 }), false, 'the second');
    },
  ],
];
