import type { OperationState, QueueStorage, StoredOperation } from '@cpc/sync-core';
import { assertEqual, assertRejects, assertSameMembers } from '../assert.js';
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

const failure = { code: 'REJECTED', message: 'no' };
const attempt = { startedAt: T0, durationMs: 1, outcome: 'rejected' };

/** Makes a dead letter of each head that may go. */
async function bury(storage: QueueStorage, state: 'deadLetter' | 'parked' = 'deadLetter'): Promise<void> {
  const { token, operations } = await claim(storage);
  await storage.settle(
    token,
    operations.map(({ id }) => ({ id, kind: 'hold', state, failure, counts: true, attempt })),
  );
}

export const changeCases: readonly StorageCase[] = [
  {
    name: 'requeue lets dead letters, parked and scheduled operations go at once, in their old place',
    body: async ({ storage }) => {
      await add(storage, operation('dead', { entity: 'e' }), operation('behind', { entity: 'e' }));
      await bury(storage);
      await add(storage, operation('parked'));
      await bury(storage, 'parked');
      await add(storage, operation('later', { scheduledAt: T0 + 1_000 }), operation('new'));
      assertSameMembers(
        await storage.requeue(['later', 'parked', 'dead', 'behind', 'new', 'unknown'], T0),
        ['dead', 'parked', 'later'],
        'the ids that changed',
      );
      const { state, attempts, history, failure: reason } = await mustGet(storage, 'dead');
      assertEqual(
        { state, attempts, history, reason },
        { state: 'waiting', attempts: 0, history: [attempt], reason: undefined },
        'dead',
      );
      assertEqual(
        await drain(storage),
        ['dead', 'behind', 'parked', 'later', 'new'],
        'the order of delivery',
      );
    },
  },
  {
    name: 'requeue ends the wait of a scheduled operation, and keeps its attempts',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const { token } = await claimOne(storage);
      const dueAt = T0 + 1_000;
      await storage.settle(token, [{ id: 'a', kind: 'reschedule', dueAt, delayMs: 1_000, counts: true }]);
      assertEqual(await storage.requeue(['a'], T0), ['a'], 'the ids that changed');
      const { state, attempts } = await mustGet(storage, 'a');
      assertEqual([state, attempts], ['waiting', 1], 'state and attempts');
    },
  },
  {
    name: 'requeue of one state leaves the others alone',
    body: async ({ storage }) => {
      await add(storage, operation('dead'));
      await bury(storage);
      await add(storage, operation('parked'));
      await bury(storage, 'parked');
      await add(storage, operation('later', { scheduledAt: T0 + 1_000 }));
      const ids = ['dead', 'parked', 'later'];
      assertEqual(await storage.requeue(ids, T0, ['scheduled']), ['later'], 'of the scheduled');
      assertEqual((await mustGet(storage, 'dead')).state, 'deadLetter', 'the dead letter');
      assertEqual(await storage.requeue(ids, T0, ['deadLetter']), ['dead'], 'of the dead letters');
      assertEqual(await storage.requeue(ids, T0, []), [], 'of none');
    },
  },
  {
    name: 'requeue leaves leased operations alone',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const { token } = await claimOne(storage);
      assertEqual(await storage.requeue(['a'], T0), [], 'the ids that changed');
      assertEqual(await storage.settle(token, [{ id: 'a', kind: 'remove' }]), ['settled'], 'the holder');
    },
  },
  {
    name: 'discard removes what is not leased, and releases what waited',
    body: async ({ storage }) => {
      await add(storage, operation('dead', { entity: 'e' }), operation('next', { entity: 'e' }));
      await bury(storage);
      await add(storage, operation('needs', { dependsOn: ['dead'] }), operation('leased', { rank: 100 }));
      await claimOne(storage);
      const before = await mustGet(storage, 'dead');
      assertEqual(await storage.discard(['dead', 'leased', 'unknown', 'dead']), [before], 'what was removed');
      assertEqual(await storage.get('dead'), undefined, 'the removed one');
      assertEqual((await mustGet(storage, 'leased')).state, 'leased', 'the leased one');
      assertEqual((await mustGet(storage, 'next')).state, 'waiting', 'its follower');
      assertEqual((await mustGet(storage, 'needs')).state, 'waiting', 'what depended on it');
    },
  },
  {
    name: 'discard in the middle of a lane lets nobody overtake the head',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id, { entity: 'e' })));
      await bury(storage);
      assertEqual(idsOf(await storage.discard(['b'])), ['b'], 'what was removed');
      assertEqual((await mustGet(storage, 'c')).state, 'blocked', 'the one behind');
      assertEqual((await claim(storage)).operations, [], 'the claim');
      await storage.discard(['a']);
      assertEqual(await drain(storage), ['c'], 'the order of delivery');
    },
  },
  {
    name: 'replace keeps the place and the history, and makes the operation go',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b'].map((id) => operation(id, { entity: 'e' })), operation('other'));
      await bury(storage);
      const before = await mustGet(storage, 'a');
      assertEqual(
        await storage.replace('a', operation('a2', { entity: 'e', payload: '"fixed"' })),
        true,
        'replace',
      );
      const next = await mustGet(storage, 'a2');
      assertEqual(
        [next.sequence, next.state, next.attempts, next.payload, next.history, next.failure],
        [before.sequence, 'waiting', 0, '"fixed"', before.history, undefined],
        'the one in its place',
      );
      assertEqual(await storage.get('a'), undefined, 'the old id');
      assertEqual(await drain(storage), ['a2', 'b'], 'the order of delivery');
    },
  },
  {
    name: 'replace under the same id changes the payload in place, also in the middle of a lane',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id, { entity: 'e' })));
      assertEqual(
        await storage.replace('b', operation('b', { entity: 'e', payload: '"fixed"', rank: 7 })),
        true,
        'replace',
      );
      const { payload, rank, state } = await mustGet(storage, 'b');
      assertEqual([payload, rank, state], ['"fixed"', 7, 'blocked'], 'b');
      assertEqual(await drain(storage), ['a', 'b', 'c'], 'the order of delivery');
    },
  },
  {
    name: 'replace leaves those that waited waiting for the new one',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b', { dependsOn: ['a'], rank: 100 }), operation('c'));
      await storage.replace('a', operation('a2'));
      assertEqual(await drain(storage), ['a2', 'b', 'c'], 'the order of delivery');
    },
  },
  {
    name: 'replace refuses what is leased or gone',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const { token } = await claimOne(storage);
      assertEqual(await storage.replace('a', operation('a2')), false, 'a leased one');
      assertEqual(await storage.replace('unknown', operation('b')), false, 'an unknown one');
      assertEqual(await storage.settle(token, [{ id: 'a', kind: 'remove' }]), ['settled'], 'the holder');
      assertEqual(await listAll(storage), [], 'the queue');
    },
  },
  {
    name: 'replace refuses an id that another operation has, and changes nothing',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), operation('c'));
      const before = await listAll(storage);
      await assertRejects(storage.replace('a', operation('b')), 'OPERATION_ID_REUSED', 'replace');
      assertEqual(await listAll(storage), before, 'the queue');
      const { token } = await claim(storage, { limit: 2 });
      const settlements = [
        { id: 'a', kind: 'remove' },
        { id: 'b', kind: 'replace', operation: operation('c') },
      ] as const;
      await assertRejects(storage.settle(token, settlements), 'OPERATION_ID_REUSED', 'settle');
      assertEqual(idsOf(await listAll(storage)), ['a', 'b', 'c'], 'the queue after the settlement');
      assertEqual(await storage.renew(token, ['a', 'b'], T0 + 9, 9), ['a', 'b'], 'what is still held');
      const renamed = [{ id: 'a', kind: 'replace', operation: operation('a2') }] as const;
      assertEqual(await storage.settle(token, renamed), ['settled'], 'under a free id');
      assertEqual(await storage.settle(token, renamed), ['stale'], 'the same once more');
    },
  },
  {
    name: 'restore brings operations back as they were, with new sequences',
    body: async ({ storage }) => {
      await add(storage, operation('dead', { entity: 'e' }), operation('behind', { entity: 'e' }));
      await bury(storage);
      await add(storage, operation('retried'));
      const retried = await claimOne(storage);
      await storage.settle(retried.token, [
        { id: 'retried', kind: 'reschedule', dueAt: T0 + 400, delayMs: 400, counts: true, attempt },
      ]);
      await add(storage, operation('leased'));
      await claimOne(storage);
      const exported = await listAll(storage);
      const held = exported.find(({ state }) => state === 'leased');
      await storage.settle(retried.token, []);
      await storage.discard(idsOf(exported));
      // The leased one cannot be discarded; it stands for an id that is in the queue already.
      assertSameMembers(await storage.restore(exported), ['dead', 'behind', 'retried'], 'what was added');
      const restored = (await listAll(storage)).filter(({ id }) => id !== held?.id);
      const shape = (one: StoredOperation): unknown => ({ ...one, sequence: undefined });
      assertEqual(
        restored.map(shape),
        exported.filter(({ id }) => id !== held?.id).map(shape),
        'the restored operations',
      );
      const last = Math.max(...exported.map(({ sequence }) => sequence));
      assertEqual(
        restored.every(({ sequence }) => sequence > last),
        true,
        'new sequences',
      );
    },
  },
  {
    name: 'restore makes leased operations wait, and derives what is blocked anew',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id, { entity: 'e' })));
      const stored = await listAll(storage);
      await storage.discard(idsOf(stored));
      const as = (state: OperationState) => (one: StoredOperation | undefined) =>
        one === undefined ? [] : [{ ...one, state, attempted: true, dueAt: T0 + 1e9, delayMs: 1 }];
      await storage.restore([...as('leased')(stored[1]), ...as('blocked')(stored[2])]);
      const b = await mustGet(storage, 'b');
      assertEqual([b.state, b.dueAt, b.attempted], ['waiting', 0, true], 'the leased one');
      assertEqual((await mustGet(storage, 'c')).state, 'blocked', 'the one behind');
      assertEqual(await drain(storage), ['b', 'c'], 'the order of delivery');
    },
  },
];
