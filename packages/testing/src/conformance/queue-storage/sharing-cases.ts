import type { QueueStorage } from '@cpc/sync-core';
import { assert, assertEqual, assertSameMembers } from '../assert.js';
import {
  add,
  claim,
  idsOf,
  LEASE_MS,
  listAll,
  operation,
  type StorageCase,
  type StorageCaseContext,
  T0,
} from './storage-case.js';

/** Another instance on the same data, opened. */
export async function secondOf({ harness }: StorageCaseContext): Promise<QueueStorage> {
  assert(harness.second !== undefined, 'a storage that supports.sharing needs a harness with second()');
  const second = await harness.second();
  await second.open();
  return second;
}

/** Cases for storages that several instances open at once; others have nothing to show here. */
export const sharingCases: readonly StorageCase[] = [
  {
    name: "two instances see each other's changes",
    body: async (context) => {
      const { storage } = context;
      if (!storage.supports.sharing) return;
      const second = await secondOf(context);
      await add(storage, operation('a', { entity: 'e' }));
      await add(second, operation('b', { entity: 'e' }));
      assertEqual(idsOf(await listAll(storage)), ['a', 'b'], 'seen by the first');
      assertEqual(idsOf(await listAll(second)), ['a', 'b'], 'seen by the second');
      assertEqual(await add(second, operation('a', { entity: 'e' })), [{ kind: 'duplicate' }], 'a repeat');
      await second.discard(['a']);
      assertEqual(idsOf((await claim(storage)).operations), ['b'], 'claimed by the first');
    },
  },
  {
    name: 'two instances know what became of the same ids',
    body: async (context) => {
      const { storage } = context;
      if (!storage.supports.sharing) return;
      const second = await secondOf(context);
      await add(storage, operation('a'), operation('b'));
      await storage.discard(['a']);
      assertEqual(await add(second, operation('a')), [{ kind: 'duplicate' }], 'one that left in the first');
      await second.replace('b', operation('b2'));
      assertEqual(
        await add(storage, operation('b')),
        [{ kind: 'duplicate', into: 'b2' }],
        'one that was replaced in the second',
      );
      await second.discard(['b2']);
      assertEqual(await add(storage, operation('b')), [{ kind: 'duplicate' }], 'one that left since');
    },
  },
  {
    name: 'two instances never hold the same operation',
    body: async (context) => {
      const { storage } = context;
      if (!storage.supports.sharing) return;
      const second = await secondOf(context);
      const ids = Array.from({ length: 24 }, (_, n) => `op${n}`);
      await add(storage, ...ids.map((id) => operation(id)));
      const held: string[] = [];
      for (let round = 0; round < ids.length && held.length < ids.length; round++) {
        const claims = await Promise.all([claim(storage, { limit: 3 }), claim(second, { limit: 3 })]);
        for (const [index, { token, operations }] of claims.entries()) {
          held.push(...idsOf(operations));
          const settlements = idsOf(operations).map((id) => ({ id, kind: 'remove' as const }));
          await (index === 0 ? storage : second).settle(token, settlements);
        }
      }
      assertSameMembers(held, ids, 'every operation was held exactly once');
    },
  },
  {
    name: 'two instances fence each other',
    body: async (context) => {
      const { storage } = context;
      if (!storage.supports.sharing) return;
      const second = await secondOf(context);
      await add(storage, operation('a'));
      const slept = await claim(storage);
      assertEqual((await claim(second)).operations, [], 'while the lease lasts');
      const present = await claim(second, { now: T0 + LEASE_MS });
      assertEqual(idsOf(present.operations), ['a'], 'after its end');
      assert(present.token > slept.token, 'tokens grow across instances');
      assertEqual(await storage.settle(slept.token, [{ id: 'a', kind: 'remove' }]), ['stale'], 'the sleeper');
      assertEqual(await storage.renew(slept.token, ['a'], T0 * 2, T0), [], "the sleeper's renewal");
      assertEqual(
        await second.settle(present.token, [{ id: 'a', kind: 'remove' }]),
        ['settled'],
        'the holder',
      );
    },
  },
  {
    name: 'two instances enqueue at the same time without losing or reordering',
    body: async (context) => {
      const { storage } = context;
      if (!storage.supports.sharing) return;
      const second = await secondOf(context);
      const batch = (name: string, round: number) =>
        [0, 1, 2].map((n) => operation(`${name}-${round}-${n}`, { entity: name }));
      for (let round = 0; round < 5; round++) {
        const results = await Promise.all([
          storage.enqueue([batch('x', round)]),
          second.enqueue([batch('y', round)]),
        ]);
        for (const [result] of results) assertEqual(result?.ok, true, 'each batch is taken');
      }
      const all = await listAll(storage);
      assertEqual(new Set(all.map(({ sequence }) => sequence)).size, 30, 'distinct sequences');
      for (const name of ['x', 'y'])
        assertEqual(
          idsOf(all.filter(({ entity }) => entity === name)),
          [0, 1, 2, 3, 4].flatMap((round) => idsOf(batch(name, round))),
          `the lane ${name}`,
        );
    },
  },
];
