import type { AttemptRecord } from '@cpc/sync-core';
import { assertEqual } from '../assert.js';
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

const failure = { code: 'REJECTED', message: 'no', status: 422, details: { field: 'é' } };
const attempt = (outcome: string): AttemptRecord => ({
  startedAt: T0,
  durationMs: 12,
  outcome,
  code: 'SERVER_RETRY',
  message: 'later, please',
  status: 503,
  delayMs: 400,
});

export const settleCases: readonly StorageCase[] = [
  {
    name: 'settle remove takes the operation out and lets its follower go',
    body: async ({ storage }) => {
      await add(storage, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }));
      const { token } = await claimOne(storage);
      assertEqual(await storage.settle(token, [{ id: 'a', kind: 'remove' }]), ['settled'], 'the result');
      assertEqual(await storage.get('a'), undefined, 'get of the removed one');
      assertEqual((await mustGet(storage, 'b')).state, 'waiting', 'state of the follower');
    },
  },
  {
    name: 'settle reschedule waits until its time, counting only what counts',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'));
      const { token } = await claim(storage);
      const timing = { dueAt: T0 + 500, delayMs: 400 };
      await storage.settle(token, [
        { id: 'a', kind: 'reschedule', ...timing, counts: true, attempt: attempt('retry') },
        { id: 'b', kind: 'reschedule', ...timing, counts: false },
      ]);
      const a = await mustGet(storage, 'a');
      assertEqual(
        [a.state, a.dueAt, a.delayMs, a.attempts, a.attempted],
        ['scheduled', T0 + 500, 400, 1, true],
        'the operation that counts',
      );
      assertEqual(a.history, [attempt('retry')], 'its history');
      const b = await mustGet(storage, 'b');
      assertEqual([b.state, b.attempts, b.attempted, b.history], ['scheduled', 0, true, []], 'the other');
      assertEqual((await claim(storage, { now: T0 + 499 })).operations, [], 'before the time');
      assertEqual(idsOf((await claim(storage, { now: T0 + 500 })).operations), ['a', 'b'], 'at the time');
    },
  },
  {
    name: 'settle reschedule of a head holds its followers and nobody else',
    body: async ({ storage }) => {
      await add(storage, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }), operation('c'));
      const { token } = await claimOne(storage);
      await storage.settle(token, [
        { id: 'a', kind: 'reschedule', dueAt: T0 + 500, delayMs: 500, counts: true },
      ]);
      assertEqual(await drain(storage), ['c'], 'meanwhile');
      assertEqual(await drain(storage, { now: T0 + 500 }), ['a', 'b'], 'afterwards');
    },
  },
  {
    name: 'settle release lets it go again at once, and vouches for what was not sent',
    body: async ({ storage }) => {
      await add(storage, operation('sent'), operation('unsent'));
      const first = await claim(storage);
      await storage.settle(first.token, [
        { id: 'sent', kind: 'release', sent: true },
        { id: 'unsent', kind: 'release', sent: false },
      ]);
      const sent = await mustGet(storage, 'sent');
      const unsent = await mustGet(storage, 'unsent');
      assertEqual([sent.state, sent.attempted, sent.attempts], ['waiting', true, 0], 'the sent one');
      assertEqual([unsent.state, unsent.attempted, unsent.attempts], ['waiting', false, 0], 'the unsent one');
      const second = await claim(storage);
      assertEqual(idsOf(second.operations), ['sent', 'unsent'], 'the next claim');
      await storage.settle(second.token, [{ id: 'sent', kind: 'release', sent: false }]);
      assertEqual((await mustGet(storage, 'sent')).attempted, true, 'what was sent once stays attempted');
    },
  },
  {
    name: 'settle hold parks or buries the operation, which holds its followers',
    body: async ({ storage }) => {
      await add(
        storage,
        ...['p1', 'p2'].map((id) => operation(id, { entity: 'p' })),
        ...['d1', 'd2'].map((id) => operation(id, { entity: 'd' })),
        operation('other'),
      );
      const { token } = await claim(storage);
      await storage.settle(token, [
        { id: 'p1', kind: 'hold', state: 'parked', failure, counts: false },
        { id: 'd1', kind: 'hold', state: 'deadLetter', failure, counts: true, attempt: attempt('rejected') },
        { id: 'other', kind: 'remove' },
      ]);
      const parked = await mustGet(storage, 'p1');
      assertEqual([parked.state, parked.attempts, parked.failure], ['parked', 0, failure], 'the parked one');
      const dead = await mustGet(storage, 'd1');
      assertEqual([dead.state, dead.attempts, dead.failure], ['deadLetter', 1, failure], 'the dead letter');
      assertEqual(dead.history, [attempt('rejected')], 'its history');
      assertEqual(
        (await claim(storage, { now: T0 + LEASE_MS * 1e6 })).operations,
        [],
        'time releases neither',
      );
      assertEqual(await storage.nextDue({ now: T0 }), undefined, 'nextDue');
    },
  },
  {
    name: 'settle hold vouches for what was parked unsent',
    body: async ({ storage }) => {
      await add(storage, operation('sent'), operation('unsent'));
      const hold = { kind: 'hold', state: 'parked', failure, counts: false } as const;
      const first = await claim(storage);
      await storage.settle(first.token, [
        { id: 'sent', ...hold },
        { id: 'unsent', ...hold, sent: false },
      ]);
      await storage.requeue(['sent', 'unsent'], T0);
      assertEqual((await mustGet(storage, 'sent')).attempted, true, 'the sent one');
      assertEqual((await mustGet(storage, 'unsent')).attempted, false, 'the unsent one');
      const second = await claim(storage);
      await storage.settle(second.token, [{ id: 'sent', ...hold, sent: false }]);
      assertEqual((await mustGet(storage, 'sent')).attempted, true, 'what was sent once stays attempted');
    },
  },
  {
    name: 'settle replace puts another operation in its place, with a new id or the same',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('a', { entity: 'e' }),
        operation('b', { entity: 'e' }),
        operation('c', { entity: 'f' }),
        operation('d', { entity: 'f' }),
      );
      const before = await mustGet(storage, 'a');
      const { token } = await claim(storage);
      assertEqual(
        await storage.settle(token, [
          {
            id: 'a',
            kind: 'replace',
            operation: operation('a2', { entity: 'e', payload: '"merged"', conflictRounds: 1 }),
            attempt: attempt('conflict'),
          },
          { id: 'c', kind: 'replace', operation: operation('c', { entity: 'f', payload: '"new"' }) },
        ]),
        ['settled', 'settled'],
        'the results',
      );
      assertEqual(await storage.get('a'), undefined, 'the old id');
      const next = await mustGet(storage, 'a2');
      assertEqual(
        [next.sequence, next.state, next.attempts, next.attempted, next.payload, next.conflictRounds],
        [before.sequence, 'waiting', 0, false, '"merged"', 1],
        'the one in its place',
      );
      assertEqual(next.history, [attempt('conflict')], 'its history');
      assertEqual((await mustGet(storage, 'c')).payload, '"new"', 'the payload under the same id');
      assertEqual(await drain(storage), ['a2', 'b', 'c', 'd'], 'the order of delivery');
    },
  },
  {
    name: 'settle replace leaves those that waited waiting for the new one',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b', { dependsOn: ['a'], rank: 100 }), operation('c'));
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'a', kind: 'replace', operation: operation('a2') }]);
      assertEqual(await storage.blockersOf('b'), ['a2'], 'what b waits for');
      assertEqual((await mustGet(storage, 'b')).dependsOn, ['a2'], 'what b names');
      assertEqual(await drain(storage), ['a2', 'b', 'c'], 'the order of delivery');
    },
  },
  {
    name: 'settle keeps the history of all attempts, in order',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      for (const outcome of ['one', 'two', 'three']) {
        const { token } = await claimOne(storage);
        await storage.settle(token, [{ id: 'a', kind: 'release', sent: true, attempt: attempt(outcome) }]);
      }
      assertEqual((await mustGet(storage, 'a')).history, ['one', 'two', 'three'].map(attempt), 'history');
    },
  },
  {
    name: 'settle keeps the latest hundred attempts',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      for (let n = 0; n < 105; n++) {
        const { token } = await claimOne(storage);
        await storage.settle(token, [{ id: 'a', kind: 'release', sent: true, attempt: attempt(`${n}`) }]);
      }
      const { history } = await mustGet(storage, 'a');
      assertEqual(
        [history.length, history.at(0)?.outcome, history.at(-1)?.outcome],
        [100, '5', '104'],
        'history',
      );
    },
  },
  {
    name: 'settle answers for each settlement, in order, and leaves the stale alone',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), operation('c'));
      const { token } = await claim(storage, { limit: 2 });
      assertEqual(
        await storage.settle(token, [
          { id: 'unknown', kind: 'remove' },
          { id: 'b', kind: 'remove' },
          { id: 'c', kind: 'remove' },
          { id: 'a', kind: 'release', sent: true },
        ]),
        ['stale', 'settled', 'stale', 'settled'],
        'the results',
      );
      assertEqual(idsOf(await listAll(storage)), ['a', 'c'], 'the queue');
    },
  },
  {
    name: 'settle of several operations of a lane keeps their order',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c', 'd'].map((id) => operation(id, { entity: 'e' })));
      const { token } = await claim(storage, { perEntity: 3 });
      await storage.settle(token, [
        { id: 'a', kind: 'remove' },
        { id: 'b', kind: 'reschedule', dueAt: T0 + 10, delayMs: 10, counts: true },
        { id: 'c', kind: 'release', sent: false },
      ]);
      assertEqual(await drain(storage, { now: T0 + 9 }), [], 'b holds c and d');
      assertEqual(await drain(storage, { now: T0 + 10 }), ['b', 'c', 'd'], 'the order of delivery');
    },
  },
];
