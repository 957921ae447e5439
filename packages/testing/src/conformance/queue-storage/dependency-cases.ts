import { assertEqual, assertSameMembers } from '../assert.js';
import { add, claim, claimOne, drain, idsOf, mustGet, operation, type StorageCase } from './storage-case.js';

const needs = (id: string, ...dependsOn: readonly string[]) => operation(id, { dependsOn });
const failure = { code: 'REJECTED', message: 'no' };

export const dependencyCases: readonly StorageCase[] = [
  {
    name: 'dependsOn holds an operation until all that it names have left the queue',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), needs('c', 'a', 'b'));
      assertEqual((await mustGet(storage, 'c')).state, 'blocked', 'state while both are there');
      const { token, operations } = await claim(storage);
      assertEqual(idsOf(operations), ['a', 'b'], 'the first claim');
      await storage.settle(token, [
        { id: 'a', kind: 'remove' },
        { id: 'b', kind: 'release', sent: true },
      ]);
      assertEqual((await mustGet(storage, 'c')).state, 'blocked', 'state while one is there');
      await storage.discard(['b']);
      assertEqual((await mustGet(storage, 'c')).state, 'waiting', 'state when both are gone');
      assertEqual(idsOf((await claim(storage)).operations), ['c'], 'the last claim');
    },
  },
  {
    name: 'dependsOn takes unknown ids for gone',
    body: async ({ storage }) => {
      await add(storage, needs('a', 'never-seen'));
      assertEqual(idsOf((await claim(storage)).operations), ['a'], 'the claim');
      assertEqual((await mustGet(storage, 'a')).dependsOn, ['never-seen'], 'the list is kept as given');
    },
  },
  {
    name: 'dependsOn never holds an operation for itself',
    body: async ({ storage }) => {
      await add(storage, needs('a', 'a'));
      assertEqual(await drain(storage), ['a'], 'the order of delivery');
    },
  },
  {
    name: 'dependsOn never locks two operations that name each other',
    body: async ({ storage }) => {
      await add(storage, needs('a', 'b'), needs('b', 'a'));
      assertEqual(await drain(storage), ['a', 'b'], 'the order of delivery');
    },
  },
  {
    name: 'dependsOn and the order of a lane never lock each other',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('head', { entity: 'e', dependsOn: ['follower'] }),
        operation('follower', { entity: 'e' }),
      );
      assertEqual(await drain(storage), ['head', 'follower'], 'the order of delivery');
    },
  },
  {
    name: 'dependsOn is named by blockersOf beside the head of the lane',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('head', { entity: 'e' }),
        operation('middle', { entity: 'e' }),
        operation('far'),
        operation('last', { entity: 'e', dependsOn: ['far', 'never-seen'] }),
      );
      assertSameMembers(await storage.blockersOf('last'), ['head', 'far'], 'blockers of the last');
      assertSameMembers(await storage.blockersOf('middle'), ['head'], 'blockers of the middle');
      assertEqual(await storage.blockersOf('head'), [], 'blockers of the head');
      assertEqual(await storage.blockersOf('never-seen'), [], 'blockers of an unknown id');
    },
  },
  {
    name: 'dependsOn passes the rank on to what is waited for',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('other', { rank: 60 }),
        operation('first', { rank: 1 }),
        operation('second', { rank: 2, dependsOn: ['first'] }),
        operation('payment', { rank: 100, dependsOn: ['second'] }),
      );
      assertEqual(await drain(storage), ['first', 'second', 'payment', 'other'], 'the order of delivery');
    },
  },
  {
    name: 'dependsOn and lanes pass the rank on through each other',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('other', { rank: 60 }),
        operation('e-head', { rank: 1, entity: 'e' }),
        operation('e-tail', { rank: 1, entity: 'e' }),
        operation('f-head', { rank: 1, entity: 'f', dependsOn: ['e-tail'] }),
        operation('f-payment', { rank: 100, entity: 'f' }),
      );
      assertEqual(
        await drain(storage),
        ['e-head', 'e-tail', 'f-head', 'f-payment', 'other'],
        'the order of delivery',
      );
    },
  },
  {
    name: 'dependsOn on a dead letter waits, and on another lane holds only its own followers',
    body: async ({ storage }) => {
      await add(
        storage,
        operation('poison', { entity: 'e' }),
        operation('held', { entity: 'f', dependsOn: ['poison'] }),
        operation('behind', { entity: 'f' }),
        operation('other', { entity: 'g' }),
      );
      const { token } = await claimOne(storage);
      await storage.settle(token, [
        { id: 'poison', kind: 'hold', state: 'deadLetter', failure, counts: true },
      ]);
      assertEqual(await drain(storage), ['other'], 'what may go');
      await storage.discard(['poison']);
      assertEqual(await drain(storage), ['held', 'behind'], 'what goes once it is gone');
    },
  },
];
