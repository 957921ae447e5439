import { assert, assertEqual, assertSameMembers } from '../assert.js';
import {
  add,
  claim,
  claimOne,
  drain,
  idsOf,
  LEASE_MS,
  mustGet,
  operation,
  type StorageCase,
  T0,
} from './storage-case.js';

const failure = { code: 'REJECTED', message: 'no' };
const lane = (entity: string, ...ids: readonly string[]) => ids.map((id) => operation(id, { entity }));
const ranked = (id: string, rank: number, entity?: string) =>
  operation(id, { rank, priority: 50, ...(entity !== undefined && { entity }) });

export const claimCases: readonly StorageCase[] = [
  {
    name: 'claim of an empty queue is empty',
    body: async ({ storage }) => {
      assertEqual((await claim(storage)).operations, [], 'operations');
      assertEqual(await storage.nextDue({ now: T0 }), undefined, 'nextDue');
    },
  },
  {
    name: 'claim goes by rank, highest first, then by sequence',
    body: async ({ storage }) => {
      await add(storage, ranked('low', -3), ranked('mid1', 50), ranked('high', 1_000), ranked('mid2', 50));
      assertEqual(idsOf((await claim(storage)).operations), ['high', 'mid1', 'mid2', 'low'], 'the claim');
    },
  },
  {
    name: 'claim looks at the rank, not at the priority',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('urgent', { priority: 100, rank: 1 }),
        operation('aged', { priority: 0, rank: 2 }),
      );
      assertEqual(idsOf((await claim(storage)).operations), ['aged', 'urgent'], 'the claim');
    },
  },
  {
    name: 'claim keeps the limit, and takes the best',
    body: async ({ storage }) => {
      await add(storage, ranked('a', 1), ranked('b', 3), ranked('c', 2));
      assertEqual(idsOf((await claim(storage, { limit: 2 })).operations), ['b', 'c'], 'the claim');
    },
  },
  {
    name: 'claim receives only the head of each entity',
    body: async ({ storage }) => {
      await add(storage, ...lane('e', 'e1', 'e2'), ...lane('f', 'f1', 'f2'), operation('free'));
      const first = await claim(storage);
      assertSameMembers(idsOf(first.operations), ['e1', 'f1', 'free'], 'the claim');
      assertEqual((await claim(storage)).operations, [], 'a leased head holds its followers');
      await storage.settle(first.token, [
        { id: 'e1', kind: 'remove' },
        { id: 'f1', kind: 'release', sent: true },
        { id: 'free', kind: 'remove' },
      ]);
      assertEqual(idsOf((await claim(storage)).operations), ['e2', 'f1'], 'heads after settling');
    },
  },
  {
    name: 'claim leaves operations without an entity independent of each other',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), operation('c'));
      assertEqual(idsOf((await claim(storage)).operations), ['a', 'b', 'c'], 'the claim');
    },
  },
  {
    name: 'claim ranks a head by the highest rank behind it in its lane',
    body: async ({ storage }) => {
      await add(
        storage,
        ranked('other', 60),
        ranked('head', 10, 'e'),
        ranked('middle', 20, 'e'),
        ranked('payment', 100, 'e'),
      );
      assertEqual(await drain(storage), ['head', 'middle', 'payment', 'other'], 'the order of delivery');
    },
  },
  {
    name: 'claim forgets an inherited rank when the operation that gave it is gone',
    body: async ({ storage }) => {
      await add(storage, ranked('other', 60), ranked('head', 10, 'e'), ranked('payment', 100, 'e'));
      await storage.discard(['payment']);
      assertEqual(await drain(storage), ['other', 'head'], 'the order of delivery');
    },
  },
  {
    name: 'claim may hold consecutive operations of a lane with perEntity, in lane order',
    body: async ({ storage }) => {
      await add(storage, ...lane('e', 'e1', 'e2', 'e3', 'e4'), ...lane('f', 'f1'));
      const { token, operations } = await claim(storage, { perEntity: 3 });
      assertEqual(
        idsOf(operations).filter((id) => id.startsWith('e')),
        ['e1', 'e2', 'e3'],
        'the lane e',
      );
      assertSameMembers(idsOf(operations), ['e1', 'e2', 'e3', 'f1'], 'the claim');
      await storage.settle(
        token,
        ['e1', 'e2', 'e3', 'f1'].map((id) => ({ id, kind: 'remove' })),
      );
      assertEqual(idsOf((await claim(storage, { perEntity: 3 })).operations), ['e4'], 'the next claim');
    },
  },
  {
    name: 'claim counts the followers of perEntity towards the limit',
    body: async ({ storage }) => {
      await add(storage, ...lane('e', 'e1', 'e2', 'e3'));
      assertEqual(
        idsOf((await claim(storage, { perEntity: 9, limit: 2 })).operations),
        ['e1', 'e2'],
        'the claim',
      );
    },
  },
  {
    name: 'claim ends a lane at the first follower that may not go',
    body: async ({ storage }) => {
      await add(
        storage,
        ...lane('e', 'e1'),
        operation('e2', { entity: 'e', scheduledAt: T0 + 5 }),
        ...lane('e', 'e3'),
        ...lane('f', 'f1'),
        operation('f2', { entity: 'f', dependsOn: ['f1'] }),
        operation('g1', { entity: 'g', principal: 'me' }),
        operation('g2', { entity: 'g', principal: 'you' }),
        operation('g3', { entity: 'g', principal: 'me' }),
      );
      const { operations } = await claim(storage, { perEntity: 5, principals: [undefined, 'me'] });
      assertSameMembers(idsOf(operations), ['e1', 'f1', 'g1', 'g3'], 'the claim');
    },
  },
  {
    name: 'claim receives only operations of the principals that it names',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('nobody'),
        operation('anna', { principal: 'anna' }),
        operation('ben', { principal: 'ben' }),
      );
      const claimed = async (principals: readonly (string | undefined)[]) => {
        const { token, operations } = await claim(storage, { principals });
        await storage.settle(
          token,
          operations.map(({ id }) => ({ id, kind: 'release', sent: false })),
        );
        return idsOf(operations);
      };
      assertEqual(await claimed([undefined]), ['nobody'], 'undefined stands for no principal');
      assertEqual(await claimed(['ben']), ['ben'], 'one principal');
      assertEqual(await claimed(['anna', undefined]), ['nobody', 'anna'], 'several principals');
      assertEqual(await claimed([]), [], 'an empty list is nobody');
      assertEqual(idsOf((await claim(storage)).operations), ['nobody', 'anna', 'ben'], 'absent means all');
    },
  },
  {
    name: 'claim keeps a lane for each principal of an entity',
    body: async ({ storage }) => {
      const of = (id: string, principal?: string) => operation(id, { entity: 'e', principal });
      await add(storage, of('a1', 'anna'), of('b1', 'ben'), of('n1'), of('b2', 'ben'), of('a2', 'anna'));
      const bens = await claim(storage, { principals: ['ben'] });
      assertEqual(idsOf(bens.operations), ['b1'], 'ben waits for nobody else');
      assertEqual(await storage.blockersOf('b2'), ['b1'], 'and for his own');
      assertEqual(await storage.blockersOf('a2'), ['a1'], 'as anna for hers');
      await storage.settle(bens.token, [{ id: 'b1', kind: 'hold', state: 'parked', failure, counts: false }]);
      assertEqual(
        idsOf((await claim(storage)).operations),
        ['a1', 'n1'],
        'what is parked holds its lane alone',
      );
      assertEqual(
        idsOf((await storage.list({ entity: 'e' })).items),
        ['a1', 'b1', 'n1', 'b2', 'a2'],
        'the list',
      );
    },
  },
  {
    name: 'claim ranks a head by those behind it in its own lane alone',
    body: async ({ storage }) => {
      const of = (id: string, principal: string, rank: number) =>
        operation(id, { entity: 'e', principal, rank });
      await add(storage, of('a1', 'anna', 1), of('b1', 'ben', 2), of('a2', 'anna', 9), of('b2', 'ben', 5));
      assertEqual(await drain(storage), ['a1', 'a2', 'b1', 'b2'], 'the order of delivery');
    },
  },
  {
    name: "claim waits for what dependsOn names in whoever's lane",
    body: async ({ storage }) => {
      await add(
        storage,
        operation('anna', { entity: 'e', principal: 'anna' }),
        operation('ben', { entity: 'e', principal: 'ben', dependsOn: ['anna'] }),
      );
      assertEqual((await claim(storage, { principals: ['ben'] })).operations, [], 'ben');
      await storage.discard(['anna']);
      assertEqual(
        idsOf((await claim(storage, { principals: ['ben'] })).operations),
        ['ben'],
        'when it is gone',
      );
    },
  },
  {
    name: 'claim waits for the scheduled time of a head, and holds its followers meanwhile',
    body: async ({ storage }) => {
      await add(storage, operation('later', { entity: 'e', scheduledAt: T0 + 100 }), ...lane('e', 'next'));
      assertEqual((await mustGet(storage, 'later')).state, 'scheduled', 'state of the head');
      assertEqual((await mustGet(storage, 'later')).dueAt, T0 + 100, 'dueAt of the head');
      assertEqual((await mustGet(storage, 'next')).state, 'blocked', 'state of the follower');
      assertEqual((await claim(storage, { now: T0 + 99 })).operations, [], 'a claim before the time');
      assertEqual(
        idsOf((await claim(storage, { now: T0 + 100 })).operations),
        ['later'],
        'a claim at the time',
      );
    },
  },
  {
    name: 'claim waits for the scheduled time of an operation that became head later',
    body: async ({ storage }) => {
      await add(storage, ...lane('e', 'head'), operation('later', { entity: 'e', scheduledAt: T0 + 100 }));
      assertEqual((await mustGet(storage, 'later')).state, 'blocked', 'state behind the head');
      assertEqual(await drain(storage, { now: T0 + 1 }), ['head'], 'before the time');
      assertEqual((await mustGet(storage, 'later')).state, 'scheduled', 'state as the head');
      assertEqual(await storage.nextDue({ now: T0 + 1 }), T0 + 100, 'nextDue');
      assertEqual(await drain(storage, { now: T0 + 100 }), ['later'], 'at the time');
    },
  },
  {
    name: 'claim leases what it gives',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const { leaseUntil, operations } = await claim(storage);
      assertEqual(leaseUntil, T0 + LEASE_MS, 'leaseUntil');
      const { state, dueAt, delayMs, attempted } = await mustGet(storage, 'a');
      assertEqual(
        { state, dueAt, delayMs, attempted },
        { state: 'leased', dueAt: leaseUntil, delayMs: LEASE_MS, attempted: true },
        'the leased operation',
      );
      assertEqual(operations[0]?.payload, operation('a').payload, 'the payload in the claim');
    },
  },
  {
    name: 'claim tokens grow',
    body: async ({ storage, harness }) => {
      await add(storage, ...Array.from({ length: 6 }, (_, n) => operation(`op${n}`)));
      const tokens: number[] = [];
      const take = async (from: typeof storage): Promise<void> => {
        const { token, id } = await claimOne(from);
        tokens.push(token);
        await from.settle(token, [{ id, kind: 'remove' }]);
      };
      await take(storage);
      await take(storage);
      if (storage.supports.durable) {
        const again = await harness.reopen();
        await again.open();
        await take(again);
        await take(again);
      }
      for (const [index, token] of tokens.entries())
        assert(index === 0 || token > (tokens[index - 1] ?? 0), `tokens must grow, got ${tokens.join(', ')}`);
    },
  },
];
