import type { NewOutcome } from '@cpc/sync-core';
import { assert, assertEqual } from '../assert.js';
import {
  add,
  claim,
  claimOne,
  drain,
  idsOf,
  listAll,
  mustGet,
  operation,
  type StorageCase,
  T0,
} from './storage-case.js';
import { secondOf } from './sharing-cases.js';

const nobody = { principal: undefined };
const anna = { principal: 'anna' };
const ben = { principal: 'ben' };

/** Who is signed in, and what that means for the operations that are there. */
export const signInCases: readonly StorageCase[] = [
  {
    name: 'signIn is known from then on, also after a restart',
    body: async ({ storage, harness }) => {
      assertEqual(await storage.signedIn(), nobody, 'at first');
      await storage.signIn('anna');
      assertEqual(await storage.signedIn(), anna, 'after the sign-in');
      const again = storage.supports.durable ? await harness.reopen() : storage;
      if (again !== storage) await again.open();
      assertEqual(await again.signedIn(), anna, 'after a restart');
      // What is written besides must not bring back who was signed in before.
      await add(again, operation('a', { principal: 'anna' }));
      await again.signIn('ben');
      await add(again, operation('b', { principal: 'ben' }));
      assertEqual(await again.signedIn(), ben, 'somebody else');
      await again.signIn(undefined);
      assertEqual(await again.signedIn(), nobody, 'signed out');
    },
  },
  {
    name: 'signIn decides about claims that say on whose behalf they are made',
    body: async ({ storage }) => {
      await add(storage, operation('a', { principal: 'anna' }), operation('b', { principal: 'ben' }));
      const first = await claim(storage, { signedIn: anna, principals: ['anna'] });
      assertEqual(first.operations, [], 'for anna, while nobody is signed in');
      assertEqual(first.signedIn, nobody, 'and who is');
      await storage.signIn('ben');
      const stale = await claim(storage, { signedIn: anna, principals: ['anna'] });
      assertEqual(stale.operations, [], 'for anna, while ben is signed in');
      assertEqual(stale.signedIn, ben, 'and who is');
      const guest = await claim(storage, { signedIn: nobody, principals: [undefined] });
      assertEqual(guest.signedIn, ben, 'for nobody');
      const right = await claim(storage, { signedIn: ben, principals: ['ben'] });
      assertEqual(idsOf(right.operations), ['b'], 'for ben');
      assertEqual(right.signedIn, undefined, 'who is right needs not be told');
      await storage.settle(right.token, [{ id: 'b', kind: 'remove' }]);
      assertEqual(idsOf((await claim(storage, { principals: ['anna'] })).operations), ['a'], 'for a tool');
    },
  },
  {
    name: 'signIn of somebody else lets nothing happen to what is there',
    body: async ({ storage }) => {
      await add(storage, operation('n'), operation('a', { principal: 'anna' }));
      const before = await listAll(storage);
      assertEqual(await storage.signIn('ben'), { adopted: [], purged: 0 }, 'the result');
      assertEqual(await storage.signIn(undefined, { adopt: true }), { adopted: [], purged: 0 }, 'nobody');
      assertEqual(await listAll(storage), before, 'the queue');
    },
  },
  {
    name: 'signIn adopts what nobody owned and nobody attempted, in its place',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('n1', { entity: 'e' }),
        operation('a1', { entity: 'e', principal: 'anna' }),
        operation('n2', { entity: 'e', rank: 70 }),
        operation('later', { scheduledAt: T0 + 50 }),
        operation('bens', { principal: 'ben' }),
        operation('waits', { dependsOn: ['n2'] }),
      );
      const { adopted } = await storage.signIn('anna', { adopt: true });
      assertEqual(adopted, ['n1', 'n2', 'later', 'waits'], 'what was adopted');
      assertEqual(await storage.blockersOf('a1'), ['n1'], 'by its sequence it stands in front');
      const { dueAt, principal } = await mustGet(storage, 'later');
      assertEqual([dueAt, principal], [T0 + 50, 'anna'], 'a schedule stays');
      assertEqual((await claim(storage, { principals: [undefined] })).operations, [], 'nobody has none left');
      assertEqual(await drain(storage, { principals: ['anna'] }), ['n1', 'a1', 'n2', 'waits'], 'the order');
    },
  },
  {
    name: 'signIn lets what it adopts wait for the one of its new lane that is being sent',
    body: async ({ storage }) => {
      await add(storage, operation('n', { entity: 'e' }), operation('a', { entity: 'e', principal: 'anna' }));
      const { token, operations } = await claim(storage, { principals: ['anna'] });
      assertEqual(idsOf(operations), ['a'], 'what is being sent');
      await storage.signIn('anna', { adopt: true });
      assertEqual((await mustGet(storage, 'n')).state, 'blocked', 'what was adopted');
      assertEqual((await claim(storage)).operations, [], 'beside it');
      await storage.settle(token, [{ id: 'a', kind: 'release', sent: true }]);
      assertEqual(await drain(storage), ['n', 'a'], 'the order');
    },
  },
  {
    name: 'signIn leaves nobody what was attempted, and what stands behind it',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('tried', { entity: 'e' }),
        operation('behind', { entity: 'e' }),
        operation('alone'),
        operation('unsent'),
      );
      const { token } = await claim(storage);
      assertEqual((await storage.signIn('anna', { adopt: true })).adopted, [], 'while all are leased');
      await storage.settle(token, [
        { id: 'tried', kind: 'release', sent: true },
        { id: 'alone', kind: 'reschedule', dueAt: T0 + 1, delayMs: 1, counts: false },
        { id: 'unsent', kind: 'release', sent: false },
      ]);
      assertEqual((await storage.signIn('anna', { adopt: true })).adopted, ['unsent'], 'what was adopted');
      const left = await listAll(storage, { principals: [undefined] });
      assertEqual(idsOf(left), ['tried', 'behind', 'alone'], "what is nobody's still");
    },
  },
  {
    name: 'signIn adopts what it names, attempted or not, unless it is leased',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('tried', { entity: 'e' }),
        operation('behind', { entity: 'e' }),
        operation('b', ben),
      );
      const { token } = await claimOne(storage, { principals: [undefined] });
      const named = { adopt: ['tried', 'behind', 'b', 'unknown'] };
      assertEqual((await storage.signIn('anna', named)).adopted, ['behind'], 'while the first is leased');
      await storage.settle(token, [{ id: 'tried', kind: 'release', sent: true }]);
      assertEqual((await storage.signIn('anna', named)).adopted, ['tried'], 'afterwards');
      const { attempted, principal } = await mustGet(storage, 'tried');
      assertEqual([attempted, principal], [true, 'anna'], 'it was attempted, and is hers');
      assertEqual(await drain(storage, { principals: ['anna'] }), ['tried', 'behind'], 'the order');
    },
  },
  {
    name: 'signIn keeps what is known about what it adopts',
    body: async ({ storage, harness }) => {
      const failure = { code: 'CONFLICT_DEFERRED', message: 'decide' };
      await add(
        storage,
        operation('parked', { base: '1', baseVersion: 'v1', references: [{ path: '/x', id: 't' }] }),
      );
      const { token } = await claim(storage);
      const attempt = { startedAt: T0, durationMs: 1, outcome: 'conflict' };
      await storage.settle(token, [
        { id: 'parked', kind: 'hold', state: 'parked', failure, counts: true, sent: false, attempt },
      ]);
      const before = await mustGet(storage, 'parked');
      await storage.signIn('anna', { adopt: true });
      const again = storage.supports.durable ? await harness.reopen() : storage;
      if (again !== storage) await again.open();
      assertEqual(await mustGet(again, 'parked'), { ...before, principal: 'anna' }, 'the operation');
    },
  },
  {
    name: 'signIn purges what belongs to whom it names, in whatever state, and lets go what waited for it',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('a1', { principal: 'anna', entity: 'e' }),
        operation('a2', { principal: 'anna', entity: 'e' }),
        operation('n'),
        operation('b', { principal: 'ben', dependsOn: ['a2'] }),
      );
      const { token } = await claimOne(storage, { principals: ['anna'] });
      const result = await storage.signIn(undefined, { purge: ['anna'] });
      assertEqual(result, { adopted: [], purged: 2 }, 'the result');
      assertEqual(idsOf(await listAll(storage)), ['n', 'b'], 'the queue');
      assertEqual((await storage.stats()).byState.leased, 0, 'nothing is leased');
      assertEqual(
        await storage.settle(token, [{ id: 'a1', kind: 'remove' }]),
        ['stale'],
        'who was sending it',
      );
      assertEqual(idsOf((await claim(storage)).operations), ['n', 'b'], 'what may go');
      assertEqual(await add(storage, operation('a2')), [{ kind: 'duplicate' }], 'its id was taken');
    },
  },
  {
    name: 'signIn with purge leaves of what they did before no more than that it ended',
    body: async ({ storage, harness }) => {
      const failure = { code: 'REJECTED', message: 'Secret is not allowed.', details: { was: 'Secret' } };
      const answered = { result: '{"name":"Secret"}', version: 'Secret-2', position: 'Secret:7' };
      const entity = 'notes/Secret';
      const told = (outcome: NewOutcome['outcome'], principal?: string): NewOutcome => ({
        outcome,
        kind: 'test.kind',
        entity,
        at: T0,
        ...(principal !== undefined && { principal }),
      });
      const isAnnas = { entity, principal: 'anna' };
      await add(
        storage,
        operation('a1', isAnnas),
        operation('b1', { ...isAnnas, principal: 'ben' }),
        operation('n1'),
        operation('a2', { principal: 'anna' }),
        operation('a3', isAnnas),
      );
      const { token } = await claim(storage);
      const benKept = { ...told('acknowledged', 'ben'), ...answered };
      const guestKept = { ...told('acknowledged'), ...answered };
      await storage.settle(token, [
        { id: 'a1', kind: 'remove', outcome: { ...told('acknowledged', 'anna'), ...answered } },
        { id: 'b1', kind: 'remove', outcome: benKept },
        { id: 'n1', kind: 'remove', outcome: guestKept },
        {
          id: 'a2',
          kind: 'hold',
          state: 'deadLetter',
          failure,
          counts: true,
          outcome: { ...told('deadLettered', 'anna'), failure },
        },
      ]);
      await storage.replace('a3', operation('a4', isAnnas), T0);
      assertEqual(
        await storage.signIn(undefined, { purge: ['anna'] }),
        { adopted: [], purged: 2 },
        'a sign-out',
      );
      const again = storage.supports.durable ? await harness.reopen() : storage;
      if (again !== storage) await again.open();
      const { items } = await again.outcomes();
      const ended = { kind: 'test.kind', principal: 'anna' };
      assertEqual(
        items,
        [
          { ...ended, outcome: 'acknowledged', at: T0, id: 'a1', sequence: 1 },
          { ...benKept, id: 'b1', sequence: 2 },
          { ...guestKept, id: 'n1', sequence: 3 },
          { ...ended, outcome: 'deadLettered', at: T0, id: 'a2', sequence: 4 },
          { ...ended, outcome: 'replaced', into: 'a4', at: T0, id: 'a3', sequence: 5 },
          { ...ended, outcome: 'discarded', id: 'a2', sequence: 6 },
          { ...ended, outcome: 'discarded', id: 'a4', sequence: 7 },
        ],
        'what is kept',
      );
      const one = await again.outcomeOf('a1');
      assert(!JSON.stringify(one).includes('Secret'), 'the outcome of one');
    },
  },
  {
    name: 'signIn with purge takes what lies in quarantine of theirs as well',
    body: async ({ storage, harness }) => {
      if (!storage.supports.quarantine || harness.damage === undefined) return;
      await add(storage, operation('a', { principal: 'anna' }), operation('b', ben), operation('c'));
      for (const id of ['a', 'b']) await harness.damage(id);
      assertEqual(idsOf(await listAll(storage)), ['c'], 'the queue');
      await storage.signIn(undefined, { purge: ['anna'] });
      const again = storage.supports.durable ? await harness.reopen() : storage;
      if (again !== storage) await again.open();
      assertEqual(
        (await again.quarantined()).items.map(({ id }) => id),
        ['b'],
        'what is put aside',
      );
      assertEqual((await again.stats()).quarantined, 1, 'the stats');
    },
  },
  {
    name: "two instances know who is signed in, and the one claims nothing that the other's sign-in forbids",
    body: async (context) => {
      const { storage } = context;
      if (!storage.supports.sharing) return;
      const second = await secondOf(context);
      await add(storage, operation('n'), operation('a', { principal: 'anna' }), operation('b', ben));
      assertEqual((await storage.signIn('anna', { adopt: true })).adopted, ['n'], 'adopted by the first');
      assertEqual(await second.signedIn(), anna, 'seen by the second');
      await second.signIn('ben');
      const stale = await claim(storage, { signedIn: anna, principals: ['anna'] });
      assertEqual(stale.operations, [], 'the first, for anna');
      assertEqual(stale.signedIn, ben, 'and is told who is signed in');
      const right = await claim(storage, { signedIn: ben, principals: ['ben'] });
      assertEqual(idsOf(right.operations), ['b'], 'the first, for ben');
    },
  },
];
