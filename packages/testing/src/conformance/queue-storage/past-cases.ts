import type { Coalesce, NewOperation, QueueStorage, StorageReceipt } from '@cpc/sync-core';
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
} from './storage-case.js';

const DUPLICATE = { kind: 'duplicate' };
const merge: Coalesce = (_tail, incoming) => ({ kind: 'merged', operation: incoming });
const cancel: Coalesce = () => ({ kind: 'cancelled' });

/** A change of entity `e`, which joins the one before it. */
const change = (id: string, fields: Partial<NewOperation> = {}): NewOperation =>
  operation(id, { entity: 'e', coalesces: true, ...fields });

async function addWith(
  storage: QueueStorage,
  coalesce: Coalesce,
  one: NewOperation,
): Promise<StorageReceipt | undefined> {
  const [result] = await storage.enqueue([[one]], { coalesce });
  return result?.ok === true ? result.receipts[0] : undefined;
}

/** Enqueues each again, as a caller does who never heard of the first time. */
async function repeat(storage: QueueStorage, ...ids: readonly string[]): Promise<readonly StorageReceipt[]> {
  const before = idsOf(await listAll(storage));
  const receipts = await add(storage, ...ids.map((id) => operation(id, { payload: '"as at first"' })));
  assertEqual(idsOf(await listAll(storage)), before, `the queue after ${ids.join(', ')} came again`);
  return receipts;
}

/** What a repeated `enqueue` meets when what it enqueued has moved on. */
export const pastCases: readonly StorageCase[] = [
  {
    name: 'enqueue repeated after the operation left the queue is a duplicate',
    body: async ({ storage }) => {
      await add(storage, operation('delivered'), operation('delivered-too'), operation('discarded'));
      const { token } = await claim(storage, { limit: 2 });
      await storage.settle(token, [
        { id: 'delivered', kind: 'remove' },
        { id: 'delivered-too', kind: 'remove' },
      ]);
      await storage.discard(['discarded']);
      assertEqual(
        await repeat(storage, 'delivered', 'delivered-too', 'discarded'),
        [DUPLICATE, DUPLICATE, DUPLICATE],
        'the receipts',
      );
    },
  },
  {
    name: 'enqueue repeated after the operation joined another is a duplicate, for ever',
    body: async ({ storage }) => {
      await add(storage, change('a'));
      await addWith(storage, merge, change('b', { payload: '"merged"' }));
      assertEqual(
        await repeat(storage, 'a', 'b'),
        [DUPLICATE, { ...DUPLICATE, into: 'a' }],
        'while the joined one waits',
      );
      assertEqual((await mustGet(storage, 'a')).payload, '"merged"', 'the payload');
      assertEqual(await drain(storage), ['a'], 'what is delivered');
      assertEqual(await repeat(storage, 'a', 'b'), [DUPLICATE, DUPLICATE], 'after its delivery');
    },
  },
  {
    name: 'enqueue repeated after two cancelled each other is a duplicate of both',
    body: async ({ storage }) => {
      await add(storage, change('create'));
      await addWith(storage, cancel, change('delete'));
      assertEqual(await repeat(storage, 'create', 'delete'), [DUPLICATE, DUPLICATE], 'the receipts');
    },
  },
  {
    name: 'enqueue repeated after another took the place of the operation is a duplicate',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), operation('c'));
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'a', kind: 'replace', operation: operation('a2') }]);
      await storage.replace('a2', operation('a3'));
      await storage.replace('b', operation('b2'));
      await storage.replace('c', operation('c', { payload: '"upcast"' }));
      assertEqual(
        await repeat(storage, 'a', 'a2', 'b', 'c'),
        [{ ...DUPLICATE, into: 'a3' }, { ...DUPLICATE, into: 'a3' }, { ...DUPLICATE, into: 'b2' }, DUPLICATE],
        'the receipts',
      );
      assertEqual((await mustGet(storage, 'c')).payload, '"upcast"', 'the payload');
    },
  },
  {
    name: 'enqueue that was refused leaves no trace of what joined in it',
    body: async ({ storage }) => {
      await add(storage, change('a', { payload: '1' }), operation('taken', { payload: '1' }));
      const batch = [change('b', { payload: '2' }), operation('taken', { payload: '2' })];
      const [refused] = await storage.enqueue([batch], { coalesce: merge });
      assertEqual(refused?.ok, false, 'the batch is taken');
      assertEqual(
        await storage.enqueue([[change('a', { payload: '3' })]]),
        [{ ok: false, code: 'OPERATION_ID_REUSED', index: 0 }],
        'the tail with another payload',
      );
      assertEqual(
        await addWith(storage, merge, change('b', { payload: '2' })),
        { kind: 'coalesced', into: 'a' },
        'the one that would have joined',
      );
    },
  },
  {
    name: 'enqueue knows what became of an id within one batch',
    body: async ({ storage }) => {
      await add(storage, change('a'));
      const batch = [change('b'), change('b'), operation('needs', { dependsOn: ['b'] })];
      const [result] = await storage.enqueue([batch], { coalesce: merge });
      assert(result?.ok === true, 'the batch must be taken');
      assertEqual(result.receipts[1], { ...DUPLICATE, into: 'a' }, 'the repeat');
      assertEqual(await storage.blockersOf('needs'), ['a'], 'what the last one waits for');
    },
  },
  {
    name: 'enqueue remembers thousands of ids that left',
    body: async ({ storage }) => {
      for (let round = 0; round < 15; round++) {
        await storage.enqueue([Array.from({ length: 100 }, (_, at) => operation(`id-${round}-${at}`))]);
        const { token, operations } = await claim(storage);
        const settlements = operations.map(({ id }) => ({ id, kind: 'remove' }) as const);
        await storage.settle(token, settlements);
      }
      assertEqual(await repeat(storage, 'id-0-0', 'id-14-99'), [DUPLICATE, DUPLICATE], 'the receipts');
    },
  },
  {
    name: 'enqueue remembers what became of ids across a restart',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(storage, operation('gone'), operation('old'));
      await storage.discard(['gone']);
      await storage.replace('old', operation('new'));
      const again = await harness.reopen();
      await again.open();
      assertEqual(
        await repeat(again, 'gone', 'old'),
        [DUPLICATE, { ...DUPLICATE, into: 'new' }],
        'the receipts',
      );
    },
  },
  {
    name: 'restore brings an id back that had left, and it leaves again',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const exported = await storage.discard(['a']);
      assertEqual(await storage.restore(exported), ['a'], 'what was added');
      assertEqual(await drain(storage), ['a'], 'what is delivered');
      assertEqual(await repeat(storage, 'a'), [DUPLICATE], 'the receipt');
    },
  },
  {
    name: 'dependsOn waits for what took the place of an operation, also when enqueued later',
    body: async ({ storage }) => {
      await add(storage, operation('create'));
      await storage.replace('create', operation('second'));
      await storage.replace('second', operation('third'));
      await add(storage, operation('late', { dependsOn: ['create', 'unknown'], rank: 100 }));
      const late = await mustGet(storage, 'late');
      assertEqual([late.state, late.dependsOn], ['blocked', ['third', 'unknown']], 'the late one');
      await storage.replace('late', operation('edited', { dependsOn: ['second'], rank: 100 }));
      assertEqual(await storage.blockersOf('edited'), ['third'], 'after its own replacement');
      assertEqual(await drain(storage), ['third', 'edited'], 'the order of delivery');
    },
  },
  {
    name: 'dependsOn waits for what an operation joined',
    body: async ({ storage }) => {
      await add(storage, change('a'));
      await addWith(storage, merge, change('b'));
      await add(storage, operation('needs', { dependsOn: ['b'], rank: 100 }));
      assertEqual(await storage.blockersOf('needs'), ['a'], 'what it waits for');
      assertEqual(await drain(storage), ['a', 'needs'], 'the order of delivery');
    },
  },
];
