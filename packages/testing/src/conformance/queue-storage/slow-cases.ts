import { isSyncError, type QueueStorage } from '@cpc/sync-core';
import { assert, assertEqual, show } from '../assert.js';
import type { HeldWrites } from './queue-storage-harness.js';
import {
  add,
  claim,
  claimOne,
  drain,
  idsOf,
  LEASE_MS,
  listAll,
  mustGet,
  operation,
  type StorageCase,
  T0,
} from './storage-case.js';

const END = T0 + LEASE_MS;

/** Writes that are held. */
interface Held {
  /** Resolves when one of them waits, or, in a storage that does not wait, when the calls are over. */
  readonly reachedBy: (...calls: readonly Promise<unknown>[]) => Promise<void>;
  /** May be called any number of times. */
  readonly letGo: () => Promise<void>;
}

/** A case for harnesses that can hold up writes. They go on in the end, whatever came of the case. */
function slowCase(
  name: string,
  body: (storage: QueueStorage, hold: () => Promise<Held>) => Promise<void>,
): StorageCase {
  return {
    name,
    body: async ({ storage, harness: { faults } }) => {
      const holdWrites = faults?.holdWrites?.bind(faults);
      if (holdWrites === undefined) return;
      let held: Held | undefined;
      try {
        await body(storage, async () => (held = releasedOnce(await holdWrites())));
      } finally {
        await held?.letGo();
      }
    },
  };
}

function releasedOnce({ reached, release }: HeldWrites): Held {
  let released: Promise<void> | undefined;
  return {
    reachedBy: async (...calls) => {
      await Promise.race([reached, Promise.allSettled(calls)]);
    },
    letGo: () => (released ??= Promise.resolve(release())),
  };
}

/** A call under way, and whether it is over. Whoever awaits it hears of a failure. */
function watched<T>(call: Promise<T>): { readonly call: Promise<T>; isOver(): boolean } {
  let over = false;
  const end = (): void => {
    over = true;
  };
  call.then(end, end);
  return { call, isOver: () => over };
}

/** Lets whatever has its answer already hand it on. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** What must hold while a write takes its time. A harness that cannot hold one up has nothing to show. */
export const slowCases: readonly StorageCase[] = [
  slowCase(
    'a slow enqueue is not acknowledged before it is written, and nobody sees half of it',
    async (storage, hold) => {
      await add(storage, operation('a'));
      const { reachedBy, letGo } = await hold();
      const enqueued = watched(storage.enqueue([[operation('b'), operation('c')]]));
      const read = storage.list();
      await reachedBy(enqueued.call);
      await someTurns();
      assert(!enqueued.isOver(), 'enqueue must not resolve while nothing is written');
      await letGo();
      const [result] = await enqueued.call;
      assert(result?.ok === true, `the enqueue must be taken, got ${show(result)}`);
      const seen = idsOf((await read).items).join();
      assert(
        ['a', 'a,b,c'].includes(seen),
        `a read meanwhile must see all of a batch or nothing, got ${seen}`,
      );
      assertEqual(idsOf(await listAll(storage)), ['a', 'b', 'c'], 'a read afterwards');
    },
  ),
  slowCase('slow enqueues take effect in the order in which they were called', async (storage, hold) => {
    await add(storage, operation('a', { entity: 'e' }));
    const { reachedBy, letGo } = await hold();
    const calls = ['b', 'c', 'd'].map((id) => storage.enqueue([[operation(id, { entity: 'e' })]]));
    await reachedBy(...calls);
    await letGo();
    for (const [result] of await Promise.all(calls)) assertEqual(result?.ok, true, 'each is taken');
    assertEqual(await drain(storage), ['a', 'b', 'c', 'd'], 'the order of delivery');
  }),
  slowCase(
    'a slow claim is leased from the time that it was asked with, and fenced when that is over',
    async (storage, hold) => {
      await add(storage, operation('a'));
      const { reachedBy, letGo } = await hold();
      const claiming = claim(storage);
      await reachedBy(claiming);
      await letGo();
      const late = await claiming;
      assertEqual(late.leaseUntil, END, 'the end of the lease');
      const present = await claim(storage, { now: END });
      assertEqual(idsOf(present.operations), ['a'], 'a claim at the end of the lease');
      assert(present.token > late.token, 'the later claim has the larger token');
      const remove = [{ id: 'a', kind: 'remove' }] as const;
      assertEqual(await storage.settle(late.token, remove), ['stale'], 'who came back late');
      assertEqual(await storage.settle(present.token, remove), ['settled'], 'the holder');
    },
  ),
  slowCase(
    'a slow settlement and a claim after the lease never both have the operation',
    async (storage, hold) => {
      await add(storage, operation('a'));
      const { token } = await claimOne(storage);
      const { reachedBy, letGo } = await hold();
      const settling = storage.settle(token, [{ id: 'a', kind: 'remove' }]);
      const claiming = claim(storage, { now: END });
      await reachedBy(settling, claiming);
      await letGo();
      const [[result], next] = await Promise.all([settling, claiming]);
      const isSettled = result === 'settled';
      assertEqual(
        idsOf(next.operations),
        isSettled ? [] : ['a'],
        `claimed, the settlement being ${show(result)}`,
      );
      if (isSettled) assertEqual(await storage.get('a'), undefined, 'what was settled');
      else assertEqual((await mustGet(storage, 'a')).state, 'leased', 'what was taken over');
    },
  ),
  slowCase(
    'close during slow calls ends each of them, and leaves nothing half there',
    async (storage, hold) => {
      await add(storage, operation('a'));
      const { reachedBy, letGo } = await hold();
      const batch = [operation('b'), operation('c')];
      const calls = [storage.enqueue([batch]), claim(storage)] as const;
      const ended = Promise.allSettled(calls);
      await reachedBy(...calls);
      const closing = storage.close();
      await letGo();
      await closing;
      for (const outcome of await ended)
        assert(
          outcome.status === 'fulfilled' || isSyncError(outcome.reason),
          `a call that close ends must reject with a SyncError, got ${show(outcome)}`,
        );
      const [enqueued] = await ended;
      await storage.open();
      const there = idsOf(await listAll(storage)).join();
      const allowed = enqueued.status === 'fulfilled' ? ['a,b,c'] : ['a', 'a,b,c'];
      assert(allowed.includes(there), `after close there must be ${allowed.join(' or ')}, got ${there}`);
      await storage.enqueue([batch]);
      assertEqual(await drain(storage, { now: END }), ['a', 'b', 'c'], 'the order of delivery');
    },
  ),
];
