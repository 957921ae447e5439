import { KEPT_COMMITS, LISTED_ENTITIES } from '../ports/bounds.js';
import { assertEqual, assertRejects } from './assert.js';
import { type CaseBody, gone, page, put } from './store-case.js';

export const readCases: readonly CaseBody[] = [
  [
    'a list holds a collection and not those below it, page by page',
    async ({ first }) => {
      const store = await first();
      const orders = Array.from({ length: 25 }, (_, at) => put(`orders/${100 + at}`, at));
      const others = [put('orders/100/lines/1', 'line'), put('ordersX/1', 'other'), put('order', 'none')];
      await store.write(page({ checkpoint: '1', changes: [...others, ...orders] }));
      const found: unknown[] = [];
      let after: string | undefined;
      do {
        const { records, next }: Awaited<ReturnType<typeof store.list>> = await store.list({
          collection: 'orders',
          limit: 10,
          ...(after !== undefined && { after }),
        });
        found.push(...records.map(({ value }) => value));
        after = next;
      } while (after !== undefined);
      assertEqual(
        found,
        orders.map(({ value }) => value),
        'records',
      );
      const { records: lines } = await store.list({ collection: 'orders/100/lines' });
      assertEqual(
        lines.map(({ value }) => value),
        ['line'],
        'lines',
      );
      const { records: rootless } = await store.list({ collection: '' });
      assertEqual(
        rootless.map(({ entity }) => entity),
        ['order'],
        'without a collection',
      );
    },
  ],
  [
    'a list over two channels pages without a gap or a double',
    async ({ first }) => {
      const store = await first();
      const name = (at: number): string => `orders/${String(at).padStart(3, '0')}`;
      const of = (filter: (at: number) => boolean): ReturnType<typeof put>[] =>
        Array.from({ length: 60 }, (_, at) => at)
          .filter(filter)
          .map((at) => put(name(at), at));
      await store.write(
        page({ channel: 'a', checkpoint: '1', changes: of((at) => at % 2 === 0 || at < 20) }),
      );
      await store.write(page({ channel: 'b', checkpoint: '1', changes: of((at) => at % 2 === 1) }));
      const found: unknown[] = [];
      let after = '';
      for (;;) {
        const { records, next } = await store.list({ collection: 'orders', after, limit: 7 });
        found.push(...records.map(({ value }) => value));
        if (next === undefined) break;
        after = next;
      }
      assertEqual(
        found,
        Array.from({ length: 60 }, (_, at) => at),
        'records',
      );
    },
  ],
  [
    'steps name what changed, in order',
    async ({ first }) => {
      const store = await first();
      await store.write(page({ checkpoint: '1', changes: [put('orders/1', 1), put('orders/2', 2)] }));
      await store.write(page({ since: '1', checkpoint: '2', more: true, changes: [gone('orders/1')] }));
      await store.write(page({ since: '2', checkpoint: '3', changes: [put('orders/3', 3)] }));
      const commits = await store.commitsSince(0);
      assertEqual(
        commits?.map(({ revision, entities }) => [revision, [...(entities ?? [])].sort()]),
        [
          [1, ['orders/1', 'orders/2']],
          [2, ['orders/1', 'orders/3']],
        ],
        'steps',
      );
      assertEqual(await store.commitsSince(2), [], 'steps behind the latest');
    },
  ],
  [
    'a step that changed too much lists nothing, and old steps are forgotten',
    async ({ first }) => {
      const store = await first();
      const many = Array.from({ length: LISTED_ENTITIES + 1 }, (_, at) => put(`orders/${at}`, at));
      await store.write(page({ checkpoint: '0', changes: many }));
      assertEqual(await store.commitsSince(0), [{ revision: 1 }], 'steps');
      for (let at = 0; at < KEPT_COMMITS; at++)
        await store.write(
          page({ since: String(at), checkpoint: String(at + 1), changes: [put('orders/1', at)] }),
        );
      assertEqual(await store.commitsSince(0), undefined, 'steps behind one that is forgotten');
      assertEqual((await store.commitsSince(1))?.length, KEPT_COMMITS, 'steps that are kept');
    },
  ],
  [
    'what a reader does to a record changes nothing here',
    async ({ first }) => {
      const store = await first();
      const value = { lines: [1] };
      await store.write(page({ checkpoint: '1', changes: [put('orders/1', value)] }));
      value.lines.push(2);
      const read = (await store.get('orders/1'))?.value as { lines: number[] };
      assertEqual(read, { lines: [1] }, 'record');
      read.lines.push(3);
      assertEqual((await store.get('orders/1'))?.value, { lines: [1] }, 'record');
    },
  ],
  [
    'what is shown is told, to another instance as well',
    async ({ first, second }) => {
      const store = await first();
      const other = await second(store);
      const heard = new Promise<void>((resolve) => {
        const subscription = other.notices.subscribe(() => {
          subscription.unsubscribe();
          resolve();
        });
      });
      await store.write(page({ checkpoint: '1', changes: [put('orders/1', 1)] }));
      await heard;
      assertEqual((await other.get('orders/1'))?.value, 1, 'record');
    },
  ],
  [
    'a closed store refuses every call, and opens again',
    async ({ first }) => {
      const store = await first();
      await store.close();
      await store.close();
      await assertRejects(store.get('orders/1'), 'STORAGE_CLOSED');
      await assertRejects(store.write(page({ checkpoint: '1' })), 'STORAGE_CLOSED');
      await assertRejects(store.lead({ owner: 'a', now: 0, leaseMs: 1 }), 'STORAGE_CLOSED');
      await store.open();
      await store.open();
      assertEqual(await store.revision(), 0, 'revision');
    },
  ],
];
