import type { NewOperation, QueueStorage } from '@cpc/sync-core';
import { assertEqual } from '../assert.js';
import { add, claim, claimOne, drain, mustGet, operation, type StorageCase, T0 } from './storage-case.js';

const TMP = 'tmp-7f';
const REAL = 'order-42';

/** An operation that mentions the temporary id at /orderId and, if told so, in its entity. */
function mention(id: string, fields: Partial<NewOperation> = {}): NewOperation {
  return operation(id, {
    payload: JSON.stringify({ of: id, orderId: TMP, text: `keeps ${TMP}` }),
    references: [{ path: '/orderId', id: TMP }],
    ...fields,
  });
}

const rewritten = (id: string): string => JSON.stringify({ of: id, orderId: REAL, text: `keeps ${TMP}` });

/** Delivers `create`, whose answer brings the permanent id. */
async function deliverCreate(storage: QueueStorage): Promise<void> {
  const { token } = await claimOne(storage, { now: T0 });
  await storage.settle(token, [{ id: 'create', kind: 'remove', assign: { from: TMP, to: REAL } }]);
}

export const assignmentCases: readonly StorageCase[] = [
  {
    name: 'assign rewrites payload and entity of everything that mentions the temporary id',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('create', { entity: `order:${TMP}` }),
        mention('line', { entity: `order:${TMP}` }),
        mention('elsewhere'),
        operation('stranger', { payload: JSON.stringify({ orderId: TMP }) }),
      );
      await deliverCreate(storage);
      const line = await mustGet(storage, 'line');
      assertEqual(
        [line.payload, line.entity, line.references, line.state],
        [rewritten('line'), `order:${REAL}`, [], 'waiting'],
        'the follower',
      );
      assertEqual((await mustGet(storage, 'elsewhere')).payload, rewritten('elsewhere'), 'another one');
      assertEqual(
        (await mustGet(storage, 'stranger')).payload,
        JSON.stringify({ orderId: TMP }),
        'one that declares no reference',
      );
    },
  },
  {
    name: 'assign rewrites operations that are enqueued later',
    body: async ({ storage }) => {
      await add(storage, operation('create', { entity: `order:${TMP}` }));
      await deliverCreate(storage);
      await add(storage, mention('late', { entity: `order:${TMP}` }));
      const late = await mustGet(storage, 'late');
      assertEqual(
        [late.payload, late.entity, late.references],
        [rewritten('late'), `order:${REAL}`, []],
        'late',
      );
    },
  },
  {
    name: 'assign leaves what was attempted byte for byte as it was sent',
    body: async ({ storage }) => {
      await add(storage, operation('create'), mention('sent', { rank: 10 }), mention('unsent', { rank: 10 }));
      const { token } = await claim(storage);
      await storage.settle(token, [
        { id: 'sent', kind: 'release', sent: true },
        { id: 'unsent', kind: 'release', sent: false },
        { id: 'create', kind: 'remove', assign: { from: TMP, to: REAL } },
      ]);
      assertEqual((await mustGet(storage, 'sent')).payload, mention('sent').payload, 'the sent one');
      assertEqual((await mustGet(storage, 'unsent')).payload, rewritten('unsent'), 'the unsent one');
    },
  },
  {
    name: 'assign is kept across a restart',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(storage, operation('create', { entity: `order:${TMP}` }));
      await deliverCreate(storage);
      const again = await harness.reopen();
      await again.open();
      await add(again, mention('late'));
      assertEqual((await mustGet(again, 'late')).payload, rewritten('late'), 'the payload');
    },
  },
  {
    name: 'assign keeps a repeated enqueue a duplicate',
    body: async ({ storage }) => {
      await add(storage, operation('create', { entity: `order:${TMP}` }), mention('line'));
      await deliverCreate(storage);
      assertEqual(await add(storage, mention('line')), [{ kind: 'duplicate' }], 'the receipt');
    },
  },
  {
    name: 'assign leaves other temporary ids of the same operation in place',
    body: async ({ storage }) => {
      const payload = JSON.stringify({ orderId: TMP, customer: 'tmp-other' });
      const references = [
        { path: '/orderId', id: TMP },
        { path: '/customer', id: 'tmp-other' },
      ];
      await add(storage, operation('create'), operation('line', { payload, references }));
      await deliverCreate(storage);
      const line = await mustGet(storage, 'line');
      assertEqual(line.payload, JSON.stringify({ orderId: REAL, customer: 'tmp-other' }), 'the payload');
      assertEqual(line.references, [{ path: '/customer', id: 'tmp-other' }], 'what is left to rewrite');
    },
  },
  {
    name: 'assign joins the lanes of the temporary and the permanent id in order of sequence',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('create', { entity: `order:${TMP}`, rank: 90 }),
        mention('second', { entity: `order:${TMP}` }),
        operation('third', { entity: `order:${REAL}`, scheduledAt: T0 + 5 }),
        mention('fourth', { entity: `order:${TMP}`, rank: 90 }),
      );
      await deliverCreate(storage);
      assertEqual(await storage.blockersOf('third'), ['second'], 'what the third waits for');
      assertEqual(await storage.blockersOf('fourth'), ['second'], 'what the fourth waits for');
      assertEqual(await drain(storage, { now: T0 + 1 }), ['second'], 'before the third is due');
      assertEqual(await drain(storage, { now: T0 + 5 }), ['third', 'fourth'], 'afterwards');
    },
  },
  {
    name: 'assign rewrites what is restored later, but for what was attempted',
    body: async ({ storage }) => {
      await add(storage, operation('create'), mention('sent'), mention('unsent'));
      const { token } = await claim(storage, { limit: 2 });
      await storage.settle(token, [{ id: 'sent', kind: 'release', sent: true }]);
      const kept = await storage.discard(['sent', 'unsent']);
      await storage.settle(token, [{ id: 'create', kind: 'remove', assign: { from: TMP, to: REAL } }]);
      await storage.restore(kept);
      assertEqual((await mustGet(storage, 'sent')).payload, mention('sent').payload, 'the sent one');
      assertEqual((await mustGet(storage, 'unsent')).payload, rewritten('unsent'), 'the unsent one');
    },
  },
  {
    name: 'assign of a stale settlement assigns nothing',
    body: async ({ storage }) => {
      await add(storage, operation('create'), mention('line'));
      const { token } = await claimOne(storage);
      await claim(storage, { now: T0 + 1e9 });
      await storage.settle(token, [{ id: 'create', kind: 'remove', assign: { from: TMP, to: REAL } }]);
      await add(storage, mention('late'));
      assertEqual((await mustGet(storage, 'line')).payload, mention('line').payload, 'one in the queue');
      assertEqual((await mustGet(storage, 'late')).payload, mention('late').payload, 'a later one');
    },
  },
];
