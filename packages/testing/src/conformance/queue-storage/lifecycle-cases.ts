import type { NewOperation, QueueStorage } from '@cpc/sync-core';
import { assert, assertEqual, assertRejects } from '../assert.js';
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

const failure = { code: 'REJECTED', message: 'no' };
const one: NewOperation = operation('one');

/** Every method of the port but `open` and `close`. */
const CALLS: Readonly<Record<string, (storage: QueueStorage) => Promise<unknown>>> = {
  enqueue: (storage) => storage.enqueue([[one]]),
  claim: (storage) => claim(storage),
  renew: (storage) => storage.renew(1, ['one'], T0, LEASE_MS),
  settle: (storage) => storage.settle(1, [{ id: 'one', kind: 'remove' }]),
  nextDue: (storage) => storage.nextDue({ now: T0 }),
  clampTimes: (storage) => storage.clampTimes(T0),
  get: (storage) => storage.get('one'),
  blockersOf: (storage) => storage.blockersOf('one'),
  list: (storage) => storage.list(),
  stats: (storage) => storage.stats(),
  requeue: (storage) => storage.requeue(['one'], T0),
  discard: (storage) => storage.discard(['one']),
  replace: (storage) => storage.replace('one', one),
  restore: (storage) => storage.restore([]),
  signIn: (storage) => storage.signIn('anna'),
  signedIn: (storage) => storage.signedIn(),
  quarantined: (storage) => storage.quarantined(),
  rereadQuarantined: (storage) => storage.rereadQuarantined(),
};

async function expectClosed(storage: QueueStorage, when: string): Promise<void> {
  for (const [name, call] of Object.entries(CALLS)) {
    let promise: Promise<unknown>;
    try {
      promise = call(storage);
    } catch (error) {
      assert(false, `${name} ${when} must reject, but it threw ${String(error)}`);
    }
    await assertRejects(promise, 'STORAGE_CLOSED', `${name} ${when}`);
  }
}

export const lifecycleCases: readonly StorageCase[] = [
  {
    name: 'every method rejects with STORAGE_CLOSED after close',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      await storage.close();
      await expectClosed(storage, 'after close');
    },
  },
  {
    name: 'every method rejects with STORAGE_CLOSED before open',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      const unopened = await harness.reopen();
      await expectClosed(unopened, 'before open');
      await unopened.open();
      assertEqual(await listAll(unopened), [], 'the queue');
    },
  },
  {
    name: 'open and close are idempotent, and a closed storage opens again',
    body: async ({ storage }) => {
      await storage.open();
      await storage.close();
      await storage.close();
      await storage.open();
      await add(storage, operation('b'));
      assert((await storage.get('b')) !== undefined, 'a reopened storage works');
    },
  },
  {
    name: 'a restart keeps every operation with all that is known about it',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(
        storage,
        ...['dead', 'behind'].map((id) => operation(id, { entity: 'e' })),
        operation('parked'),
        operation('retried'),
        operation('released'),
      );
      const { token } = await claim(storage);
      await storage.settle(token, [
        { id: 'dead', kind: 'hold', state: 'deadLetter', failure, counts: true },
        { id: 'parked', kind: 'hold', state: 'parked', failure, counts: false },
        { id: 'retried', kind: 'reschedule', dueAt: T0 + 50, delayMs: 50, counts: true },
        { id: 'released', kind: 'remove' },
      ]);
      await add(storage, operation('leased'), operation('new', { dependsOn: ['leased'] }));
      await claimOne(storage);
      const before = await listAll(storage);
      const stats = await storage.stats();
      const again = await harness.reopen();
      await again.open();
      assertEqual(await listAll(again), before, 'the queue');
      assertEqual(await again.stats(), stats, 'the stats');
    },
  },
  {
    name: 'a restart keeps leases and their fencing',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(storage, operation('a'), operation('b'));
      const before = await claim(storage);
      const again = await harness.reopen();
      await again.open();
      assertEqual((await claim(again, { now: T0 + LEASE_MS - 1 })).operations, [], 'while the lease lasts');
      assertEqual(await again.settle(before.token, [{ id: 'b', kind: 'remove' }]), ['settled'], 'its holder');
      assertEqual(idsOf((await claim(again, { now: T0 + LEASE_MS })).operations), ['a'], 'after its end');
      assertEqual(
        await again.settle(before.token, [{ id: 'a', kind: 'remove' }]),
        ['stale'],
        'the old holder',
      );
    },
  },
  {
    name: 'a damaged record is quarantined, and the others go on',
    body: async ({ storage, harness }) => {
      if (!storage.supports.quarantine) return;
      assert(
        harness.damage !== undefined,
        'a storage that supports.quarantine needs a harness with damage()',
      );
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id, { entity: 'e' })), operation('d'));
      await harness.damage('a');
      const delivered = await drain(storage);
      assert(delivered.includes('d'), `another lane must go on, delivered were ${delivered.join()}`);
      assert(!delivered.includes('a'), 'the damaged operation must not be delivered');
      const { items } = await storage.quarantined();
      assertEqual(items.length, 1, 'records in quarantine');
      assert((items[0]?.raw.length ?? 0) > 0, 'the record keeps its bytes');
      assertEqual((await storage.stats()).quarantined, 1, 'the stats');
      assert(!idsOf(await listAll(storage)).includes('a'), 'list leaves the damaged one out');
    },
  },
];
