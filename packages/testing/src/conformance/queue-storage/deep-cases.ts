import type { NewOperation, QueueStorage } from '@cpc/sync-core';
import { assertEqual } from '../assert.js';
import { claimOne, operation, type StorageCase, type StorageCaseContext } from './storage-case.js';

/** Operations that are named by their number. */
const many = (
  count: number,
  make: (number: number) => Partial<NewOperation>,
  name = 'op',
): readonly NewOperation[] =>
  Array.from({ length: count }, (_, number) => operation(`${name}${number}`, make(number)));

/** Adds all in one step. */
async function addAll(storage: QueueStorage, operations: readonly NewOperation[]): Promise<void> {
  const [result] = await storage.enqueue([operations]);
  assertEqual(result?.ok, true, 'the batch is taken');
}

/** Which operation would go first; it stays where it is. */
async function first(storage: QueueStorage): Promise<string> {
  const { token, id } = await claimOne(storage);
  await storage.settle(token, [{ id, kind: 'release', sent: false }]);
  return id;
}

/** The storage after all of it was read anew, where it outlives an instance. */
async function reopened({ storage, harness }: StorageCaseContext): Promise<QueueStorage> {
  if (!storage.supports.durable) return storage;
  const next = await harness.reopen();
  await next.open();
  return next;
}

/**
 * What must hold for long chains and wide fans. They need no clock: what calls itself for every link runs out of stack,
 * and what walks over all for each takes so much longer that the runner's limit, however generous, ends it.
 */
export const deepCases = (depth: number): readonly StorageCase[] => [
  {
    name: 'dependsOn passes a rank through a long chain, and takes it back',
    body: async (context) => {
      const link = (number: number) => ({ dependsOn: number === 0 ? [] : [`op${number - 1}`] });
      await addAll(context.storage, [operation('other', { rank: 60 }), ...many(depth, link)]);
      assertEqual(await first(context.storage), 'other', 'before anything in the chain is urgent');
      const urgent = operation('urgent', { rank: 100, dependsOn: [`op${depth - 1}`] });
      await addAll(context.storage, [urgent]);
      const storage = await reopened(context);
      assertEqual((await storage.stats()).total, depth + 2, 'the number of operations');
      assertEqual(await first(storage), 'op0', 'with an urgent one at the end');
      await storage.discard(['urgent']);
      assertEqual(await first(storage), 'other', 'without it');
      await storage.discard(['other', 'op0']);
      assertEqual(await first(storage), 'op1', 'when the first is gone');
    },
  },
  {
    name: 'dependsOn passes a rank through a long chain of lanes',
    body: async ({ storage }) => {
      const link = (number: number) => ({
        entity: `e${number >> 1}`,
        dependsOn: number % 2 === 0 && number > 0 ? [`op${number - 1}`] : [],
      });
      await addAll(storage, [operation('other', { rank: 60 }), ...many(depth, link)]);
      await addAll(storage, [operation('urgent', { rank: 100, entity: `e${(depth - 1) >> 1}` })]);
      assertEqual(await first(storage), 'op0', 'with an urgent one at the end');
      await storage.discard(['urgent']);
      assertEqual(await first(storage), 'other', 'without it');
    },
  },
  {
    name: 'dependsOn by very many on one: each may come, lend its rank, and leave',
    body: async ({ storage }) => {
      const fan = many(depth, (number) => ({ rank: 10 + number, dependsOn: ['root'] }));
      await addAll(storage, [operation('root', { rank: 1 }), operation('other', { rank: 9 }), ...fan]);
      assertEqual(await first(storage), 'root', 'the most urgent of the fan lends its rank');
      // From the most urgent down, so that the highest rank falls with each of them.
      const ids = fan.map(({ id }) => id).reverse();
      assertEqual((await storage.discard(ids)).length, depth, 'the number of those that left');
      assertEqual(await first(storage), 'other', 'with nobody left to lend a rank');
    },
  },
  {
    name: 'dependsOn by very many of one lane: each may come, and leave from its end',
    body: async ({ storage }) => {
      const lane = many(depth, () => ({ entity: 'e', dependsOn: ['root'] }));
      await addAll(storage, [operation('root', { rank: 1 }), operation('other', { rank: 20 }), ...lane]);
      assertEqual(await first(storage), 'root', 'the lane lends its rank');
      const ids = lane.map(({ id }) => id).reverse();
      assertEqual((await storage.discard(ids)).length, depth, 'the number of those that left');
      assertEqual(await first(storage), 'other', 'with nobody left to lend a rank');
    },
  },
  {
    name: 'dependsOn by very many is over for all of them at once',
    body: async ({ storage }) => {
      const fan = many(depth, () => ({ dependsOn: ['root'] }));
      await addAll(storage, [operation('root'), ...fan]);
      assertEqual((await storage.stats()).byState.blocked, depth, 'blocked while it is there');
      await storage.discard(['root']);
      assertEqual((await storage.stats()).byState.waiting, depth, 'waiting when it is gone');
    },
  },
];
