import { isSyncError } from '@cpc/sync-core';
import { assert, assertEqual, assertRejects, show } from '../assert.js';
import {
  add,
  claim,
  claimOne,
  drain,
  idsOf,
  LEASE_MS,
  listAll,
  operation,
  type StorageCase,
  T0,
} from './storage-case.js';

/** More than a database that is full finds room for in pages that it has. */
const LARGE = JSON.stringify('x'.repeat(500_000));

/** A call whose commit fails must say so: whether the change is there is then open, but the caller must know. */
async function expectFailure(promise: Promise<unknown>, what: string): Promise<void> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  assert('error' in outcome, `${what} must reject, but it resolved with ${show(outcome)}`);
  assert(isSyncError(outcome.error), `${what} must reject with a SyncError, got ${String(outcome.error)}`);
}

/** The two ways in which a commit fails: nothing was written, or half of it, or all. */
const FAILURES = [
  { fault: 'failNextWrite', commit: 'commit fails' },
  { fault: 'tearNextWrite', commit: 'commit is torn' },
] as const;

/** What must hold however the commit of a call fails. */
const failureCases: readonly StorageCase[] = FAILURES.flatMap(({ fault, commit }): readonly StorageCase[] => [
  {
    name: `an enqueue whose ${commit} may be repeated, and nothing is lost or doubled`,
    body: async ({ storage, harness: { faults } }) => {
      if (faults?.[fault] === undefined) return;
      await add(storage, operation('a'));
      await faults[fault]();
      await expectFailure(storage.enqueue([[operation('b'), operation('c')]]), 'the enqueue');
      const there = idsOf(await listAll(storage));
      assert(['a', 'a,b,c'].includes(there.join()), `half of a commit is there: ${there.join()}`);
      const [repeated] = await storage.enqueue([[operation('b'), operation('c')]]);
      assert(repeated?.ok === true, `the repeated enqueue must be taken, got ${show(repeated)}`);
      await add(storage, operation('d'));
      assertEqual(await drain(storage), ['a', 'b', 'c', 'd'], 'the order of delivery');
    },
  },
  {
    name: `a claim whose ${commit} holds nothing for longer than its lease`,
    body: async ({ storage, harness: { faults } }) => {
      if (faults?.[fault] === undefined) return;
      await add(storage, operation('a'), operation('b'));
      await faults[fault]();
      await expectFailure(claim(storage), 'the claim');
      const { token, operations } = await claim(storage, { now: T0 + LEASE_MS });
      assertEqual(idsOf(operations), ['a', 'b'], 'after the lease');
      const results = await storage.settle(token, [
        { id: 'a', kind: 'remove' },
        { id: 'b', kind: 'remove' },
      ]);
      assertEqual(results, ['settled', 'settled'], 'the new holder');
    },
  },
  {
    name: `a settlement whose ${commit} may be repeated, and the lane goes on`,
    body: async ({ storage, harness: { faults } }) => {
      if (faults?.[fault] === undefined) return;
      await add(storage, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }));
      const { token } = await claimOne(storage);
      await faults[fault]();
      await expectFailure(storage.settle(token, [{ id: 'a', kind: 'remove' }]), 'the settlement');
      await storage.settle(token, [{ id: 'a', kind: 'remove' }]);
      assertEqual(await drain(storage), ['b'], 'the order of delivery');
    },
  },
  {
    name: `a restart after a call whose ${commit} finds a whole queue`,
    body: async ({ storage, harness }) => {
      const { faults } = harness;
      if (faults?.[fault] === undefined || !storage.supports.durable) return;
      await add(storage, operation('a'));
      await faults[fault]();
      await expectFailure(storage.enqueue([[operation('b'), operation('c')]]), 'the enqueue');
      const again = await harness.reopen();
      await again.open();
      const there = idsOf(await listAll(again));
      assert(['a', 'a,b,c'].includes(there.join()), `half of a commit is there: ${there.join()}`);
      await again.enqueue([[operation('b'), operation('c')]]);
      assertEqual(await drain(again), ['a', 'b', 'c'], 'the order of delivery');
    },
  },
]);

/** What faults that the harness can provoke must leave behind. A harness without one has nothing to show. */
export const faultCases: readonly StorageCase[] = [
  ...failureCases,
  {
    name: 'a full storage rejects with STORAGE_FULL, changes nothing, and goes on when there is room',
    body: async ({ storage, harness: { faults } }) => {
      if (faults?.fillDisk === undefined) return;
      await add(storage, operation('a'));
      const before = await listAll(storage);
      const makeRoom = await faults.fillDisk();
      const large = operation('large', { payload: LARGE });
      await assertRejects(storage.enqueue([[large]]), 'STORAGE_FULL', 'enqueue');
      assertEqual(await listAll(storage), before, 'the queue');
      await makeRoom();
      await add(storage, large);
      assertEqual(await drain(storage), ['a', 'large'], 'the order of delivery');
    },
  },
  {
    name: 'a settlement on a full storage takes effect, or rejects with STORAGE_FULL and can be repeated',
    body: async ({ storage, harness: { faults } }) => {
      if (faults?.fillDisk === undefined) return;
      await add(storage, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }));
      const { token } = await claimOne(storage);
      const makeRoom = await faults.fillDisk();
      const settled = storage.settle(token, [{ id: 'a', kind: 'remove' }]);
      const takesEffect = await settled.then(
        () => true,
        () => false,
      );
      if (!takesEffect) await assertRejects(settled, 'STORAGE_FULL', 'the settlement');
      assertEqual(idsOf(await listAll(storage)), takesEffect ? ['b'] : ['a', 'b'], 'the queue');
      await makeRoom();
      await storage.settle(token, [{ id: 'a', kind: 'remove' }]);
      assertEqual(await drain(storage), ['b'], 'the order of delivery');
    },
  },
  {
    name: 'a storage whose handle is lost has all that it acknowledged when it is opened again',
    body: async ({ storage, harness: { faults } }) => {
      if (faults?.loseHandle === undefined) return;
      await add(storage, operation('a'), operation('b'));
      const before = await listAll(storage);
      await faults.loseHandle();
      await storage.close();
      await storage.open();
      assertEqual(await listAll(storage), before, 'the queue');
      assertEqual(await drain(storage), ['a', 'b'], 'the order of delivery');
    },
  },
];
