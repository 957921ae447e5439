import type { ListQuery } from '@cpc/sync-core';
import { assert, assertEqual } from '../assert.js';
import { add, claim, idsOf, listAll, operation, type StorageCase, T0 } from './storage-case.js';

const failure = { code: 'REJECTED', message: 'no' };

export const readCases: readonly StorageCase[] = [
  {
    name: 'get of an unknown id is undefined',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      assertEqual(await storage.get('b'), undefined, 'get');
    },
  },
  {
    name: 'list pages through the queue in order of sequence',
    body: async ({ storage }) => {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await add(storage, ...ids.map((id, n) => operation(id, { rank: n })));
      const first = await storage.list({ limit: 2 });
      assertEqual(idsOf(first.items), ['a', 'b'], 'the first page');
      assert(first.next !== undefined, 'the first page has a next');
      const second = await storage.list({ limit: 2, after: first.next });
      assertEqual(idsOf(second.items), ['c', 'd'], 'the second page');
      assert(second.next !== undefined, 'the second page has a next');
      const third = await storage.list({ limit: 2, after: second.next });
      assertEqual([idsOf(third.items), third.next], [['e'], undefined], 'the last page');
      const exact = await storage.list({ limit: 5 });
      assertEqual([exact.items.length, exact.next], [5, undefined], 'a page that holds exactly all');
    },
  },
  {
    name: 'list holds 100 operations a page unless told',
    body: async ({ storage }) => {
      await storage.enqueue([Array.from({ length: 120 }, (_, n) => operation(`op${n}`))]);
      const page = await storage.list();
      assertEqual(page.items.length, 100, 'items');
      assert(page.next !== undefined, 'a next page');
    },
  },
  {
    name: 'list continues where it stopped while operations leave and arrive',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id)));
      const first = await storage.list({ limit: 2 });
      await storage.discard(['a', 'b']);
      await add(storage, operation('d'));
      assert(first.next !== undefined, 'the first page has a next');
      assertEqual(idsOf((await storage.list({ after: first.next })).items), ['c', 'd'], 'the second page');
    },
  },
  {
    name: 'list filters by state, entity, kind and principal, and by all together',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('a1', { entity: 'a', principal: 'me' }),
        operation('a2', { entity: 'a', principal: 'me' }),
        operation('b1', { entity: 'b', kind: 'other.kind' }),
        operation('b2', { entity: 'b', kind: 'other.kind', principal: 'me' }),
        operation('b3', { entity: 'b', principal: 'me' }),
        operation('later', { scheduledAt: T0 + 1_000 }),
      );
      const { token } = await claim(storage, { limit: 1 });
      await storage.settle(token, [{ id: 'a1', kind: 'hold', state: 'deadLetter', failure, counts: false }]);
      const ids = async (query: ListQuery): Promise<readonly string[]> =>
        idsOf(await listAll(storage, query));
      assertEqual(await ids({ states: ['blocked'] }), ['a2', 'b3'], 'blocked');
      assertEqual(await ids({ states: ['deadLetter', 'scheduled'] }), ['a1', 'later'], 'two states');
      assertEqual(await ids({ states: ['waiting'] }), ['b1', 'b2'], 'waiting');
      assertEqual(await ids({ states: [] }), [], 'no state');
      assertEqual(await ids({ entity: 'b' }), ['b1', 'b2', 'b3'], 'entity');
      assertEqual(await ids({ kind: 'other.kind' }), ['b1', 'b2'], 'kind');
      assertEqual(await ids({ principals: ['me'] }), ['a1', 'a2', 'b2', 'b3'], 'principal');
      assertEqual(await ids({ principals: [undefined] }), ['b1', 'later'], 'no principal');
      assertEqual(
        await ids({ states: ['blocked'], entity: 'b', principals: ['me'] }),
        ['b3'],
        'all together',
      );
      assertEqual(await ids({ principals: ['me'], limit: 1 }), ['a1', 'a2', 'b2', 'b3'], 'in pages of one');
    },
  },
  {
    name: 'stats count by state and by priority, and know the oldest',
    body: async ({ storage }) => {
      assertEqual(
        await storage.stats(),
        { total: 0, byState: none, byPriority: {}, quarantined: 0 },
        'the stats of an empty queue',
      );
      await add(
        storage,
        operation('a', { entity: 'e', createdAt: T0 - 7, scheduledAt: T0 - 7 }),
        operation('b', { entity: 'e', priority: 75 }),
        operation('c', { createdAt: T0 - 99, scheduledAt: T0 + 100 }),
        operation('d'),
      );
      const { token } = await claim(storage, { limit: 1 });
      const leased = await storage.stats();
      assertEqual(
        leased,
        {
          total: 4,
          byState: { ...none, leased: 1, blocked: 1, scheduled: 1, waiting: 1 },
          byPriority: { 50: 3, 75: 1 },
          oldestCreatedAt: T0 - 7,
          quarantined: 0,
        },
        'the stats with a lease',
      );
      await storage.settle(token, [{ id: 'a', kind: 'hold', state: 'parked', failure, counts: false }]);
      assertEqual(
        (await storage.stats()).byState,
        { ...none, parked: 1, blocked: 1, scheduled: 1, waiting: 1 },
        'parked',
      );
      await storage.discard(['a']);
      assertEqual((await storage.stats()).oldestCreatedAt, T0, 'the oldest is the first in the queue');
    },
  },
];

const none = { waiting: 0, scheduled: 0, blocked: 0, leased: 0, parked: 0, deadLetter: 0 };
