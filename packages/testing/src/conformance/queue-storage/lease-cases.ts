import { assert, assertEqual, assertSameMembers } from '../assert.js';
import {
  add,
  claim,
  claimOne,
  idsOf,
  LEASE_MS,
  mustGet,
  operation,
  type StorageCase,
  T0,
} from './storage-case.js';

const END = T0 + LEASE_MS;

export const leaseCases: readonly StorageCase[] = [
  {
    name: 'lease keeps an operation from every other claim until it ends',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      await claim(storage);
      assertEqual((await claim(storage)).operations, [], 'a claim at once');
      assertEqual((await claim(storage, { now: END - 1 })).operations, [], 'a claim just before the end');
      assertEqual(idsOf((await claim(storage, { now: END })).operations), ['a'], 'a claim at the end');
    },
  },
  {
    name: 'lease that lapsed leaves the operation in its place, and marked as attempted',
    body: async ({ storage }) => {
      await add(storage, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }), operation('c'));
      await claim(storage, { limit: 1 });
      const second = await claim(storage, { now: END });
      assertEqual(idsOf(second.operations), ['a', 'c'], 'the claim after the lapse');
      await storage.settle(second.token, [
        { id: 'a', kind: 'release', sent: false },
        { id: 'c', kind: 'release', sent: false },
      ]);
      const { attempted, attempts, history } = await mustGet(storage, 'a');
      assertEqual({ attempted, attempts, history }, { attempted: true, attempts: 0, history: [] }, 'a');
      assertEqual((await mustGet(storage, 'c')).attempted, false, 'c was never sent');
    },
  },
  {
    name: 'lease of several operations of a lane lapses without mixing their order',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id, { entity: 'e' })));
      await claim(storage, { perEntity: 2 });
      assertEqual(
        idsOf((await claim(storage, { now: END, perEntity: 3 })).operations),
        ['a', 'b', 'c'],
        'the claim',
      );
    },
  },
  {
    name: 'lease is fenced: whoever lost it neither settles nor renews',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const slept = await claim(storage);
      const present = await claim(storage, { now: END });
      assert(present.token > slept.token, 'the later claim has the larger token');
      assertEqual(
        await storage.settle(slept.token, [{ id: 'a', kind: 'remove' }]),
        ['stale'],
        'a late settle',
      );
      assertEqual(await storage.renew(slept.token, ['a'], END * 2, END), [], 'a late renewal');
      const { state, dueAt } = await mustGet(storage, 'a');
      assertEqual({ state, dueAt }, { state: 'leased', dueAt: END + LEASE_MS }, 'the present lease');
      assertEqual(
        await storage.settle(present.token, [{ id: 'a', kind: 'remove' }]),
        ['settled'],
        'the holder',
      );
      assertEqual(await storage.get('a'), undefined, 'a is gone');
    },
  },
  {
    name: 'lease that ended but was never taken over still settles and renews',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'));
      const { token } = await claim(storage);
      assertSameMembers(await storage.renew(token, ['b'], END + 1_000, LEASE_MS), ['b'], 'a late renewal');
      assertEqual(
        await storage.nextDue({ now: END + 500 }).then((due) => (due ?? 0) <= END + 500),
        true,
        'a may go',
      );
      assertEqual(
        await storage.settle(token, [
          { id: 'a', kind: 'remove' },
          { id: 'b', kind: 'remove' },
        ]),
        ['settled', 'settled'],
        'a late settle',
      );
    },
  },
  {
    name: 'lease can be renewed by its holder, operation by operation',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), operation('c'));
      const { token } = await claim(storage);
      await storage.settle(token, [{ id: 'c', kind: 'remove' }]);
      assertSameMembers(
        await storage.renew(token, ['a', 'c', 'unknown'], END + 50, LEASE_MS + 50),
        ['a'],
        'renewed ids',
      );
      const { dueAt, delayMs } = await mustGet(storage, 'a');
      assertEqual({ dueAt, delayMs }, { dueAt: END + 50, delayMs: LEASE_MS + 50 }, 'the new lease');
      assertEqual(idsOf((await claim(storage, { now: END + 49 })).operations), ['b'], 'b was not renewed');
      if (!storage.supports.concurrentClaims) return;
      assertEqual(idsOf((await claim(storage, { now: END + 50 })).operations), ['a'], 'a lapses in the end');
    },
  },
  {
    name: 'lease of a settled operation is over for its old token',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const first = await claimOne(storage);
      await storage.settle(first.token, [{ id: 'a', kind: 'release', sent: true }]);
      assertEqual(
        await storage.settle(first.token, [{ id: 'a', kind: 'remove' }]),
        ['stale'],
        'settled twice',
      );
      assertEqual(await storage.renew(first.token, ['a'], END, LEASE_MS), [], 'renewed after settling');
      const second = await claimOne(storage);
      assertEqual(
        await storage.settle(first.token, [{ id: 'a', kind: 'remove' }]),
        ['stale'],
        'the old token',
      );
      assertEqual(
        await storage.settle(second.token, [{ id: 'a', kind: 'remove' }]),
        ['settled'],
        'the new one',
      );
    },
  },
  {
    name: 'lease allows other claims meanwhile, where claims may be concurrent',
    body: async ({ storage }) => {
      if (!storage.supports.concurrentClaims) return;
      await add(storage, operation('a'), operation('b'), operation('c'));
      const claims = await Promise.all([1, 2, 3, 4].map(() => claim(storage, { limit: 1 })));
      assertSameMembers(
        claims.flatMap(({ operations }) => idsOf(operations)),
        ['a', 'b', 'c'],
        'all claims',
      );
      assertEqual(
        new Set(claims.filter(({ operations }) => operations.length > 0).map(({ token }) => token)).size,
        3,
        'distinct tokens',
      );
    },
  },
];
