import { assert, assertEqual } from '../assert.js';
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

const failure = { code: 'REJECTED', message: 'no' };

export const timeCases: readonly StorageCase[] = [
  {
    name: 'nextDue is at once while something may go',
    body: async ({ storage }) => {
      await add(storage, operation('later', { scheduledAt: T0 + 50 }), operation('a'));
      const due = await storage.nextDue({ now: T0 });
      assert(due !== undefined && due <= T0, `nextDue must be ${T0} or earlier, got ${String(due)}`);
    },
  },
  {
    name: 'nextDue is the earliest due time of a scheduled head',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('head', { entity: 'e', scheduledAt: T0 + 90 }),
        operation('behind', { entity: 'e', scheduledAt: T0 + 10 }),
        operation('needs', { dependsOn: ['head'], scheduledAt: T0 + 10 }),
        operation('free', { scheduledAt: T0 + 70 }),
      );
      assertEqual(await storage.nextDue({ now: T0 }), T0 + 70, 'with both');
      await storage.discard(['free']);
      assertEqual(await storage.nextDue({ now: T0 }), T0 + 90, 'with the lane alone');
      const due = await storage.nextDue({ now: T0 + 90 });
      assert(
        due !== undefined && due <= T0 + 90,
        `at its time nextDue must be now or earlier, got ${String(due)}`,
      );
    },
  },
  {
    name: 'nextDue is the end of a lease where nothing else is earlier',
    body: async ({ storage }) => {
      await add(storage, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }));
      const { token } = await claimOne(storage);
      assertEqual(await storage.nextDue({ now: T0 }), T0 + LEASE_MS, 'the end of the lease');
      await storage.renew(token, ['a'], T0 + LEASE_MS + 7, LEASE_MS);
      assertEqual(await storage.nextDue({ now: T0 }), T0 + LEASE_MS + 7, 'the end of the renewed lease');
      await storage.settle(token, [{ id: 'a', kind: 'hold', state: 'parked', failure, counts: false }]);
      assertEqual(await storage.nextDue({ now: T0 }), undefined, 'with a parked head');
    },
  },
  {
    name: 'nextDue looks only at the principals that it is asked for',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('anna', { principal: 'anna', scheduledAt: T0 + 20 }),
        operation('nobody', { scheduledAt: T0 + 30 }),
        operation('ben', { principal: 'ben' }),
      );
      assertEqual(await storage.nextDue({ now: T0, principals: ['anna'] }), T0 + 20, 'for anna');
      assertEqual(await storage.nextDue({ now: T0, principals: [undefined, 'anna'] }), T0 + 20, 'for two');
      assertEqual(await storage.nextDue({ now: T0, principals: [undefined] }), T0 + 30, 'for nobody');
      assertEqual(await storage.nextDue({ now: T0, principals: ['carl'] }), undefined, 'for carl');
    },
  },
  {
    name: 'nextDue looks only at leases on operations of those principals',
    body: async ({ storage }) => {
      await add(storage, operation('anna', { principal: 'anna' }), operation('nobody'));
      await claim(storage, { principals: ['anna'], leaseMs: 10 });
      if (storage.supports.concurrentClaims) await claim(storage, { principals: [undefined], leaseMs: 20 });
      else await storage.discard(['nobody']);
      assertEqual(await storage.nextDue({ now: T0, principals: ['anna'] }), T0 + 10, 'for anna');
      assertEqual(await storage.nextDue({ now: T0, principals: ['carl'] }), undefined, 'for carl');
      if (storage.supports.concurrentClaims)
        assertEqual(await storage.nextDue({ now: T0, principals: [undefined] }), T0 + 20, 'for nobody');
    },
  },
  {
    name: 'claim ends the schedules whose time has come, also of what is blocked or of another principal',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('head', { entity: 'e' }),
        operation('behind', { entity: 'e', scheduledAt: T0 + 10 }),
        operation('later', { entity: 'e', scheduledAt: T0 + 30 }),
        operation('anna', { principal: 'anna', scheduledAt: T0 + 10 }),
      );
      const { token } = await claimOne(storage, { now: T0 + 20, principals: [undefined] });
      await storage.settle(token, [{ id: 'head', kind: 'remove' }]);
      // The clock is set back: the next claims are earlier.
      const annas = await claim(storage, { principals: ['anna'] });
      assertEqual(idsOf(annas.operations), ['anna'], 'what another principal has');
      await storage.settle(annas.token, [{ id: 'anna', kind: 'remove' }]);
      const behind = await claim(storage, { principals: [undefined] });
      assertEqual(idsOf(behind.operations), ['behind'], 'what was blocked at its time');
      await storage.settle(behind.token, [{ id: 'behind', kind: 'remove' }]);
      assertEqual((await mustGet(storage, 'later')).state, 'scheduled', 'what was not due yet');
    },
  },
  {
    name: 'clampTimes ends waits that are longer than their delay, and keeps the others',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('long'),
        operation('short'),
        operation('planned', { scheduledAt: T0 + 9_000 }),
      );
      const { token } = await claim(storage);
      await storage.settle(token, [
        { id: 'long', kind: 'reschedule', dueAt: T0 + 5_000, delayMs: 500, counts: true },
        { id: 'short', kind: 'reschedule', dueAt: T0 + 500, delayMs: 500, counts: true },
      ]);
      await storage.clampTimes(T0);
      assertEqual(idsOf((await claim(storage)).operations), ['long'], 'what may go');
      assertEqual(
        (await mustGet(storage, 'short')).dueAt,
        T0 + 500,
        'a wait that is not longer than its delay',
      );
      assertEqual((await mustGet(storage, 'planned')).dueAt, T0 + 9_000, 'a schedule of the app');
    },
  },
  {
    name: 'clampTimes moves leases with a clock that was set forward, up to their length',
    body: async ({ storage }) => {
      await add(storage, operation('old'), operation('over'), operation('new'));
      const AHEAD = 1_000_000;
      const first = await claimOne(storage, { leaseMs: 2 * LEASE_MS });
      await claimOne(storage, { leaseMs: LEASE_MS / 2 });
      await claimOne(storage, { now: T0 + LEASE_MS / 2 - 1, leaseMs: LEASE_MS });
      const now = T0 + LEASE_MS / 2 + AHEAD;
      await storage.clampTimes(now, AHEAD);
      assertEqual((await mustGet(storage, 'old')).dueAt, T0 + 2 * LEASE_MS + AHEAD, 'a lease that lasts');
      assertEqual(idsOf((await claim(storage, { now })).operations), ['over'], 'what may go');
      await storage.clampTimes(now, AHEAD);
      assertEqual(
        (await mustGet(storage, 'old')).dueAt,
        now + 2 * LEASE_MS,
        'moved twice, no longer than its length',
      );
      assertEqual((await mustGet(storage, 'new')).dueAt, now + LEASE_MS, 'another one');
      const renewed = await storage.renew(first.token, ['old'], now + LEASE_MS, LEASE_MS);
      assertEqual(renewed, ['old'], 'the holder still holds it');
    },
  },
  {
    name: 'clampTimes ends leases after their length',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const { token } = await claim(storage, { now: T0 + 1_000_000 });
      await storage.clampTimes(T0);
      assertEqual((await mustGet(storage, 'a')).dueAt, T0 + LEASE_MS, 'the end of the lease');
      assertEqual((await claim(storage, { now: T0 + LEASE_MS - 1 })).operations, [], 'before');
      assertEqual(
        await storage.renew(token, ['a'], T0 + LEASE_MS, LEASE_MS),
        ['a'],
        'the holder still holds it',
      );
      assertEqual(idsOf((await claim(storage, { now: T0 + LEASE_MS })).operations), ['a'], 'at the end');
    },
  },
];
