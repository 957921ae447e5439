import type { NewOperation, NewOutcome, QueueStorage } from '@cpc/sync-core';
import { assert, assertEqual } from '../assert.js';
import { told } from './outcome-cases.js';
import {
  add,
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

/** An operation that mentions what another one creates. */
const child = (id: string, parent: string, fields: Partial<NewOperation> = {}): NewOperation =>
  operation(id, {
    payload: JSON.stringify({ parent }),
    references: [{ path: '/parent', id: parent }],
    dependsOn: [parent],
    ...fields,
  });

async function assertParked(storage: QueueStorage, id: string, ended: string): Promise<void> {
  const { state, failure: reason } = await mustGet(storage, id);
  assertEqual([state, reason?.code, reason?.details], ['parked', 'REFERENCE_ENDED', { id: ended }], id);
}

/** What mentions a thing that never came to be. */
export const endedCases: readonly StorageCase[] = [
  {
    name: 'ended: discard parks what mentions the operation, and frees the rest',
    body: async ({ storage }) => {
      await add(storage, operation('create', { entity: 'e' }), child('line', 'create'));
      await add(storage, operation('waits', { dependsOn: ['create'] }), operation('behind', { entity: 'e' }));
      await add(storage, child('far', 'line'), child('scheduled', 'create', { scheduledAt: T0 + 50 }));
      await storage.discard(['create'], { at: T0 + 1 });
      await assertParked(storage, 'line', 'create');
      await assertParked(storage, 'scheduled', 'create');
      assertEqual((await mustGet(storage, 'far')).state, 'blocked', 'what mentions what is parked');
      assertEqual(
        await told(storage),
        ['create discarded', 'line parked', 'scheduled parked'],
        'what is kept',
      );
      const kept = await storage.outcomeOf('line');
      assertEqual([kept?.failure?.code, kept?.at], ['REFERENCE_ENDED', T0 + 1], 'why and when');
      assertEqual(await drain(storage), ['waits', 'behind'], 'what goes');
    },
  },
  {
    name: 'ended: so does a settlement that ends it undelivered, and none that delivers it',
    body: async ({ storage }) => {
      const ends: readonly (readonly [string, NewOutcome['outcome'] | undefined])[] = [
        ['expired', 'expired'],
        ['superseded', 'superseded'],
        ['acknowledged', 'acknowledged'],
        ['silent', undefined],
      ];
      for (const [id, outcome] of ends) {
        await add(storage, operation(id, { rank: 100 }));
        const { token } = await claimOne(storage);
        await add(storage, child(`${id}-line`, id));
        const kept = outcome && { outcome: { outcome, kind: 'test.kind' } };
        await storage.settle(token, [{ id, kind: 'remove', ...kept }]);
      }
      await assertParked(storage, 'expired-line', 'expired');
      await assertParked(storage, 'superseded-line', 'superseded');
      assertEqual(await drain(storage), ['acknowledged-line', 'silent-line'], 'what goes');
    },
  },
  {
    name: 'ended: what mentions a damaged record is parked, also later, until it comes to be after all',
    body: async ({ storage, harness }) => {
      if (!storage.supports.quarantine) return;
      assert(
        harness.damage !== undefined,
        'a storage that supports.quarantine needs a harness with damage()',
      );
      await add(storage, operation('create'), child('line', 'create'), operation('other'));
      await add(storage, operation('waits', { dependsOn: ['create'] }));
      await harness.damage('create');
      assertEqual((await drain(storage)).toSorted(), ['other', 'waits'], 'what goes');
      await assertParked(storage, 'line', 'create');
      await add(storage, child('later', 'create'));
      await assertParked(storage, 'later', 'create');
      assertEqual(await told(storage), ['line parked', 'later parked'], 'what is kept');
      await add(storage, operation('create'));
      const { token } = await claimOne(storage);
      await storage.settle(token, [
        { id: 'create', kind: 'remove', assign: { from: 'create', to: 'thing' } },
      ]);
      const { state, payload } = await mustGet(storage, 'line');
      assertEqual([state, payload], ['waiting', '{"parent":"thing"}'], 'what waited for it');
    },
  },
  {
    name: 'ended: what mentions it is parked as well when it is enqueued later, edited, or restored',
    body: async ({ storage }) => {
      await add(storage, operation('create'), operation('other'));
      const [, other] = await listAll(storage);
      await storage.discard(['create', 'other']);
      const [receipt] = await add(storage, child('late', 'create'));
      assertEqual(receipt?.kind === 'enqueued' && receipt.parked?.code, 'REFERENCE_ENDED', 'the receipt');
      await assertParked(storage, 'late', 'create');
      await add(storage, operation('edited'));
      await storage.replace('edited', child('edited-2', 'create'), T0 + 2);
      await assertParked(storage, 'edited-2', 'create');
      await storage.restore([{ ...(other as NonNullable<typeof other>), ...child('restored', 'create') }]);
      await assertParked(storage, 'restored', 'create');
      assertEqual(await drain(storage), [], 'what goes');
    },
  },
  {
    name: 'ended: also where another took its place, by whichever id it is mentioned',
    body: async ({ storage }) => {
      await add(storage, operation('create'), child('line', 'create'));
      await storage.replace('create', operation('create-2', { references: [{ path: '', id: 'create' }] }));
      await storage.discard(['create-2']);
      await assertParked(storage, 'line', 'create');
      await add(storage, child('late', 'create'), child('later', 'create-2'));
      await assertParked(storage, 'late', 'create');
      await assertParked(storage, 'later', 'create-2');
    },
  },
  {
    name: 'ended: requeue leaves it parked, and an edit that mentions it no more lets it go',
    body: async ({ storage }) => {
      await add(storage, operation('create'), child('line', 'create'));
      await storage.discard(['create']);
      assertEqual(await storage.requeue(['line'], T0), [], 'what was requeued');
      await assertParked(storage, 'line', 'create');
      await storage.replace('line', operation('line-2'));
      assertEqual(await drain(storage), ['line-2'], 'what goes');
    },
  },
  {
    name: 'ended: requeue leaves a dead letter alone that mentions it',
    body: async ({ storage }) => {
      await add(storage, operation('create'), child('line', 'create', { dependsOn: [], rank: 100 }));
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'line', kind: 'hold', state: 'deadLetter', failure, counts: true }]);
      await storage.discard(['create']);
      assertEqual((await mustGet(storage, 'line')).failure, failure, 'the reason of the dead letter');
      assertEqual(await storage.requeue(['line'], T0), [], 'what was requeued');
    },
  },
  {
    name: 'ended: a permanent id that comes after all frees what was parked',
    body: async ({ storage }) => {
      await add(storage, operation('create'), child('line', 'create'));
      const gone = await storage.discard(['create']);
      await storage.restore(gone);
      const { token } = await claimOne(storage);
      await assertParked(storage, 'line', 'create');
      const assign = { from: 'create', to: '42' };
      await storage.settle(token, [{ id: 'create', kind: 'remove', assign }]);
      assertEqual(JSON.parse((await mustGet(storage, 'line')).payload), { parent: '42' }, 'the payload');
      assertEqual(await drain(storage), ['line'], 'what goes');
      const [late] = await add(storage, child('late', 'create'));
      assertEqual(late?.kind === 'enqueued' && late.parked, undefined, 'one that is enqueued later');
    },
  },
  {
    name: 'ended: it is remembered across a restart',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(storage, operation('create'), operation('done'), child('line', 'create'));
      await storage.discard(['create']);
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'done', kind: 'remove' }]);
      const again = await harness.reopen();
      await again.open();
      await assertParked(again, 'line', 'create');
      await add(again, child('late', 'create'), child('fine', 'done'));
      await assertParked(again, 'late', 'create');
      assertEqual(await drain(again), ['fine'], 'what goes');
    },
  },
  {
    name: 'ended: discard takes all followers along where it is told to, and leaves others alone',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('first', { entity: 'e', rank: 100 }),
        operation('create', { entity: 'e' }),
        operation('behind', { entity: 'e' }),
        child('line', 'create'),
        operation('waits-for-line', { dependsOn: ['line'] }),
        operation('mentions', { references: [{ path: '/parent', id: 'behind' }] }),
        operation('other'),
      );
      const gone = await storage.discard(['create'], { withFollowers: true, at: T0 });
      const all = ['create', 'behind', 'line', 'waits-for-line', 'mentions'];
      assertEqual(idsOf(gone), all, 'what was discarded');
      assertEqual(
        await told(storage),
        all.map((id) => `${id} discarded`),
        'what is kept',
      );
      assertEqual(await drain(storage), ['first', 'other'], 'what goes');
    },
  },
  {
    name: 'ended: discard with followers leaves what is being sent, and what waits for that alone',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('create'),
        operation('sent', { references: [{ path: '/of', id: 'create' }] }),
      );
      await add(storage, operation('after', { dependsOn: ['sent'] }));
      const { token } = await storage.claim({ now: T0, limit: 2, leaseMs: 1000 });
      await storage.settle(token, [{ id: 'create', kind: 'release', sent: false }]);
      assertEqual(idsOf(await storage.discard(['create'], { withFollowers: true })), ['create'], 'what went');
      assertEqual((await mustGet(storage, 'sent')).state, 'leased', 'what is being sent');
      assertEqual((await mustGet(storage, 'after')).state, 'blocked', 'what waits for it');
    },
  },
  {
    name: 'ended: discard goes through a long chain of dependents',
    body: async ({ storage }) => {
      const length = 400;
      const chain = Array.from({ length }, (_, at) =>
        operation(`c${at}`, { dependsOn: at === 0 ? [] : [`c${at - 1}`] }),
      );
      await storage.enqueue([chain]);
      assertEqual((await storage.discard(['c0'], { withFollowers: true })).length, length, 'what went');
      assertEqual((await storage.stats()).total, 0, 'what is left');
    },
  },
];
