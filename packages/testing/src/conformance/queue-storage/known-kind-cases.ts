import { assertEqual } from '../assert.js';
import { add, claim, drain, idsOf, mustGet, operation, type StorageCase, T0 } from './storage-case.js';

const knows = new Map([
  ['old', 2],
  ['other', 1],
]);

/** What a caller is handed that knows some kinds, and some versions of them. */
export const knownKindCases: readonly StorageCase[] = [
  {
    name: 'claim passes over the kinds and the versions that the caller does not know',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('new kind', { kind: 'new', rank: 100 }),
        operation('new version', { kind: 'old', version: 3, rank: 90 }),
        operation('this version', { kind: 'old', version: 2 }),
        operation('older version', { kind: 'old', version: 1 }),
        operation('of anna', { kind: 'other', principal: 'anna' }),
      );
      const { token, operations } = await claim(storage, { knows, limit: 3 });
      assertEqual(idsOf(operations), ['this version', 'older version', 'of anna'], 'the claim');
      const { state, attempted, history } = await mustGet(storage, 'new kind');
      assertEqual([state, attempted, history], ['waiting', false, []], 'what was passed over');
      await storage.settle(
        token,
        idsOf(operations).map((id) => ({ id, kind: 'remove' as const })),
      );
      assertEqual((await claim(storage, { knows: new Map() })).operations, [], 'who knows nothing');
      assertEqual(await drain(storage), ['new kind', 'new version'], 'who knows everything');
    },
  },
  {
    name: 'claim lets what it passes over hold its own lane and nobody else',
    body: async ({ storage }) => {
      const of = (id: string, entity: string, kind: string) => operation(id, { entity, kind });
      await add(
        storage,
        of('e1', 'e', 'new'),
        of('e2', 'e', 'old'),
        of('f1', 'f', 'old'),
        of('f2', 'f', 'new'),
        of('f3', 'f', 'old'),
        operation('g1', { entity: 'e', kind: 'old', principal: 'anna' }),
      );
      const { operations } = await claim(storage, { knows, perEntity: 5 });
      assertEqual([...idsOf(operations)].sort(), ['f1', 'g1'], 'the claim');
      assertEqual(await storage.blockersOf('e2'), ['e1'], 'what stands behind it');
    },
  },
  {
    name: 'claim finds what it knows behind hundreds that it does not',
    body: async ({ storage }) => {
      const strangers = Array.from({ length: 300 }, (_, at) =>
        operation(`s${at}`, { kind: 'new', rank: 99 }),
      );
      await storage.enqueue([strangers]);
      await add(storage, operation('mine', { kind: 'old' }), operation('next', { kind: 'other' }));
      assertEqual(await drain(storage, { knows }), ['mine', 'next'], 'the order of delivery');
      assertEqual(await storage.nextDue({ now: T0, knows }), undefined, 'nothing else by time');
      assertEqual((await storage.stats()).byState.waiting, 300, 'the others wait');
    },
  },
  {
    name: 'nextDue looks only at the kinds that it is asked for, and at every lease',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('new', { kind: 'new' }),
        operation('newer', { kind: 'old', version: 3, scheduledAt: T0 + 10 }),
        operation('later', { kind: 'old', scheduledAt: T0 + 20 }),
      );
      assertEqual(await storage.nextDue({ now: T0, knows }), T0 + 20, 'by its schedule');
      assertEqual(await storage.nextDue({ now: T0, knows: new Map([['new', 1]]) }), T0, 'one that may go');
      await claim(storage, { leaseMs: 5, knows: new Map([['new', 1]]) });
      assertEqual(await storage.nextDue({ now: T0, knows }), T0 + 5, 'by the end of a lease');
    },
  },
];
