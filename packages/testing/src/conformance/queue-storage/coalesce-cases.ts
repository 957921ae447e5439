import type { Coalesce, NewOperation } from '@cpc/sync-core';
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

/** Takes the incoming payload, and keeps count of being asked. */
function lastWins(): { readonly coalesce: Coalesce; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    coalesce: (tail, incoming) => {
      asked.push(`${tail.id}<${incoming.id}`);
      return { kind: 'merged', operation: incoming };
    },
  };
}

const change = (id: string, fields: Partial<NewOperation> = {}): NewOperation =>
  operation(id, { entity: 'e', coalesces: true, ...fields });
const DUPLICATE = { kind: 'duplicate' };
const cancel: Coalesce = () => ({ kind: 'cancelled' });
const failure = { code: 'REJECTED', message: 'no' };

export const coalesceCases: readonly StorageCase[] = [
  {
    name: 'coalesce merges into the tail, which keeps its id and sequence',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, change('a', { payload: '1' }), operation('between'));
      const before = await mustGet(storage, 'a');
      const incoming = change('b', {
        payload: '2',
        priority: 75,
        rank: 75,
        expiresAt: T0 + 9,
        createdAt: T0 + 1,
        scheduledAt: T0 + 1,
      });
      const [result] = await storage.enqueue([[incoming]], { coalesce });
      assertEqual(result, { ok: true, receipts: [{ kind: 'coalesced', into: 'a' }] }, 'the receipt');
      assertEqual(asked, ['a<b'], 'what was asked');
      const { sequence, state, attempts, attempted, history, dueAt, delayMs, ...kept } = await mustGet(
        storage,
        'a',
      );
      assertEqual(kept, { ...incoming, id: 'a' }, 'the merged operation');
      assertEqual(
        { sequence, state, attempts, attempted, history, dueAt, delayMs },
        {
          sequence: before.sequence,
          state: 'waiting',
          attempts: 0,
          attempted: false,
          history: [],
          dueAt: 0,
          delayMs: 0,
        },
        'what the storage keeps about it',
      );
      assertEqual(idsOf(await listAll(storage)), ['a', 'between'], 'the queue');
    },
  },
  {
    name: 'coalesce ranks the lane by the merged operation',
    body: async ({ storage }) => {
      const { coalesce } = lastWins();
      await add(
        storage,
        operation('other', { rank: 60 }),
        operation('head', { entity: 'e', rank: 1 }),
        change('tail', { rank: 1 }),
      );
      await storage.enqueue([[change('urgent', { rank: 100 })]], { coalesce });
      assertEqual(await drain(storage), ['head', 'tail', 'other'], 'the order of delivery');
    },
  },
  {
    name: 'coalesce waits for the schedule of the merged operation',
    body: async ({ storage }) => {
      const { coalesce } = lastWins();
      await add(storage, change('a', { scheduledAt: T0 + 50 }));
      await storage.enqueue([[change('b', { scheduledAt: T0 + 90 })]], { coalesce });
      assertEqual((await mustGet(storage, 'a')).dueAt, T0 + 90, 'dueAt');
      assertEqual((await claim(storage, { now: T0 + 89 })).operations, [], 'before the time');
      assertEqual(idsOf((await claim(storage, { now: T0 + 90 })).operations), ['a'], 'at the time');
    },
  },
  {
    name: 'coalesce is asked only for the tail of the same entity, and only where the kind coalesces',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, change('a'), change('tail'), operation('no-entity'));
      await storage.enqueue(
        [
          [operation('plain', { entity: 'f' })],
          [change('other', { entity: 'f', coalesces: false })],
          [operation('free', { coalesces: true })],
          [change('joins')],
        ],
        { coalesce },
      );
      assertEqual(asked, ['tail<joins'], 'what was asked');
      assertEqual(
        idsOf(await listAll(storage)),
        ['a', 'tail', 'no-entity', 'plain', 'other', 'free'],
        'the queue',
      );
    },
  },
  {
    name: 'coalesce never joins an operation that may have been sent',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, change('a'));
      const { token } = await claimOne(storage);
      await storage.enqueue([[change('b')]], { coalesce });
      await storage.discard(['b']);
      await storage.settle(token, [{ id: 'a', kind: 'release', sent: true }]);
      await storage.enqueue([[change('c')]], { coalesce });
      assertEqual(asked, [], 'what was asked');
      assertEqual(idsOf(await listAll(storage)), ['a', 'c'], 'the queue');
    },
  },
  {
    name: 'coalesce joins an operation that was claimed and vouched for as unsent',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, change('a'));
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'a', kind: 'release', sent: false }]);
      await storage.enqueue([[change('b')]], { coalesce });
      assertEqual(asked, ['a<b'], 'what was asked');
    },
  },
  {
    name: 'coalesce never joins a parked operation or a dead letter',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, change('p', { entity: 'p' }), change('d', { entity: 'd' }));
      const stored = await listAll(storage);
      await storage.discard(['p', 'd']);
      // Restored with `attempted: false`, so that nothing but the state can be the reason.
      await storage.restore(
        stored.map((one, index) => ({ ...one, state: index === 0 ? 'parked' : 'deadLetter', failure })),
      );
      await storage.enqueue([[change('p2', { entity: 'p' })], [change('d2', { entity: 'd' })]], { coalesce });
      assertEqual(asked, [], 'what was asked');
    },
  },
  {
    name: 'coalesce never joins across principals',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, change('a', { principal: 'anna' }));
      await storage.enqueue([[change('b', { principal: 'ben' })], [change('c')]], { coalesce });
      assertEqual(asked, [], 'what was asked');
      assertEqual(idsOf(await listAll(storage)), ['a', 'b', 'c'], 'the queue');
    },
  },
  {
    name: 'coalesce never joins a tail that does not wait for what the incoming one waits for',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      await add(storage, operation('x'), operation('y'), change('a', { dependsOn: ['x'] }));
      await storage.enqueue([[change('b', { dependsOn: ['y'] })]], { coalesce });
      await storage.discard(['b']);
      assertEqual(asked, [], 'with a dependency that the tail lacks');
      await storage.enqueue([[change('c', { dependsOn: ['x', 'gone'] })]], { coalesce });
      assertEqual(asked, ['a<c'], 'with a dependency that the tail has, and one that is gone');
    },
  },
  {
    name: 'coalesce never joins a tail that names what the incoming one waits for, but came before it',
    body: async ({ storage }) => {
      const { coalesce, asked } = lastWins();
      // An operation waits only for what stood in front of it, so `a` may go before `later`, and `b` may not.
      await add(storage, change('a', { dependsOn: ['later'] }), operation('later', { entity: 'f' }));
      await storage.enqueue([[change('b', { dependsOn: ['later'] })]], { coalesce });
      assertEqual(asked, [], 'what was asked');
      await storage.discard(['a']);
      assertEqual(await storage.blockersOf('b'), ['later'], 'what the incoming one waits for');
      await storage.enqueue([[change('c', { dependsOn: ['later'] })]], { coalesce });
      assertEqual(asked, ['b<c'], 'with a tail that waits for it as well');
    },
  },
  {
    name: 'coalesce joins and cancels a tail that the incoming one depends on, or one behind it',
    body: async ({ storage }) => {
      const { coalesce } = lastWins();
      await add(storage, operation('head', { entity: 'e' }), change('create', { payload: '1' }));
      const update = change('update', { payload: '2', dependsOn: ['create', 'head'] });
      const [joined] = await storage.enqueue([[update]], { coalesce });
      assertEqual(joined, { ok: true, receipts: [{ kind: 'coalesced', into: 'create' }] }, 'an update');
      const remove = change('remove', { dependsOn: ['create'] });
      const [cancelled] = await storage.enqueue([[remove]], { coalesce: cancel });
      assertEqual(cancelled, { ok: true, receipts: [{ kind: 'cancelled', with: 'create' }] }, 'a delete');
      assertEqual(await drain(storage), ['head'], 'what is delivered');
    },
  },
  {
    name: 'coalesce that declines adds the operation',
    body: async ({ storage }) => {
      await add(storage, change('a'));
      const [result] = await storage.enqueue([[change('b')]], { coalesce: () => ({ kind: 'none' }) });
      assert(result?.ok === true && result.receipts[0]?.kind === 'enqueued', 'b must be enqueued');
      await storage.enqueue([[change('c')]]);
      assertEqual(
        idsOf(await listAll(storage)),
        ['a', 'b', 'c'],
        'the queue, also without a coalesce function',
      );
    },
  },
  {
    name: 'coalesce that cancels removes both, and keeps the rest of the lane',
    body: async ({ storage }) => {
      await add(storage, operation('head', { entity: 'e' }), change('create'));
      const [result] = await storage.enqueue([[change('delete')]], { coalesce: cancel });
      assertEqual(result, { ok: true, receipts: [{ kind: 'cancelled', with: 'create' }] }, 'the receipt');
      assertEqual(idsOf(await listAll(storage)), ['head'], 'the queue');
      await add(storage, operation('next', { entity: 'e' }));
      assertEqual(await drain(storage), ['head', 'next'], 'the order of delivery');
    },
  },
  {
    name: 'coalesce never cancels an operation that another depends on',
    body: async ({ storage }) => {
      await add(storage, change('create'), operation('needs', { dependsOn: ['create'] }));
      const [result] = await storage.enqueue([[change('delete')]], { coalesce: cancel });
      assert(
        result?.ok === true && result.receipts[0]?.kind === 'enqueued',
        'the incoming one must be enqueued',
      );
      assertEqual(idsOf(await listAll(storage)), ['create', 'needs', 'delete'], 'the queue');
    },
  },
  {
    name: 'coalesce is shown the unsent operations ahead of the tail, as far as they may vanish',
    body: async ({ storage }) => {
      const ahead: string[][] = [];
      const look: Coalesce = (_tail, _incoming, others) => {
        ahead.push(Array.from(others, ({ id }) => id));
        return { kind: 'none' };
      };
      const enqueue = (id: string, fields: Partial<NewOperation> = {}) =>
        storage.enqueue([[change(id, fields)]], { coalesce: look });
      await add(storage, change('sent'), change('a'), change('b'), change('c'));
      const { token } = await claimOne(storage);
      await enqueue('d');
      await storage.settle(token, [{ id: 'sent', kind: 'release', sent: true }]);
      await storage.discard(['d']);
      await enqueue('e');
      await storage.discard(['e']);
      await add(storage, operation('needs', { dependsOn: ['b'] }));
      await enqueue('f');
      await storage.discard(['f', 'needs']);
      await storage.replace('b', change('b', { dependsOn: ['a'] }));
      await enqueue('g', { dependsOn: ['b'] });
      assertEqual(ahead, [['b', 'a'], ['b', 'a'], [], ['b', 'a']], 'what it was shown');
    },
  },
  {
    name: 'coalesce cancels as many as it says, to the beginning of the lane or not',
    body: async ({ storage }) => {
      const cancelTo =
        (first: string): Coalesce =>
        (tail, _incoming, ahead) => {
          let count = 1;
          for (const { id } of tail.id === first ? [] : ahead) {
            count++;
            if (id === first) break;
          }
          return { kind: 'cancelled', count };
        };
      await add(storage, change('before'), change('create'), change('edit'), change('edit-2'));
      const [result] = await storage.enqueue([[change('delete')]], { coalesce: cancelTo('create') });
      const receipt = { kind: 'cancelled', with: 'create', along: ['edit-2', 'edit'] };
      assertEqual(result, { ok: true, receipts: [receipt] }, 'the receipt');
      assertEqual(idsOf(await listAll(storage)), ['before'], 'the queue');
      const repeat = await add(storage, change('edit'), change('create'), change('delete'));
      assertEqual(repeat, [DUPLICATE, DUPLICATE, DUPLICATE], 'the same once more');
      assertEqual(await drain(storage), ['before'], 'the order of delivery');
    },
  },
  {
    name: 'coalesce drops what the incoming one makes needless, and adds it',
    body: async ({ storage }) => {
      await add(storage, change('edit', { rank: 90 }), change('edit-2'), operation('other', { rank: 60 }));
      const drop: Coalesce = (_tail, _incoming, ahead) => ({
        kind: 'dropped',
        count: 1 + Array.from(ahead).length,
      });
      const [result] = await storage.enqueue([[change('delete', { rank: 1 })]], {
        coalesce: drop,
        maxPending: 3,
      });
      const receipt = result?.ok === true ? result.receipts[0] : undefined;
      assertEqual(
        { ...receipt, sequence: 0 },
        { kind: 'enqueued', sequence: 0, superseded: ['edit-2', 'edit'] },
        'the receipt, also in a full queue',
      );
      assertEqual((await storage.outcomeOf('edit'))?.into, 'delete', 'what took its place');
      assertEqual(await add(storage, change('edit')), [DUPLICATE], 'the same once more');
      assertEqual(await drain(storage), ['other', 'delete'], 'the order of delivery');
    },
  },
  {
    name: 'coalesce drops nothing that another depends on',
    body: async ({ storage }) => {
      await add(storage, change('edit'), operation('needs', { dependsOn: ['edit'] }));
      await storage.enqueue([[change('delete')]], { coalesce: () => ({ kind: 'dropped' }) });
      assertEqual(idsOf(await listAll(storage)), ['edit', 'needs', 'delete'], 'the queue');
    },
  },
  {
    name: 'coalesce that cancels several is undone with a refused batch',
    body: async ({ storage }) => {
      await add(
        storage,
        change('create'),
        change('edit', { dependsOn: ['create'] }),
        operation('taken', { payload: '1' }),
      );
      const all: Coalesce = (_tail, _incoming, ahead) => ({
        kind: 'cancelled',
        count: 1 + Array.from(ahead).length,
      });
      const batch = [change('delete'), operation('taken', { payload: '2' })];
      const [refused] = await storage.enqueue([batch], { coalesce: all });
      assertEqual(refused?.ok, false, 'the batch is taken');
      assertEqual(idsOf(await listAll(storage)), ['create', 'edit', 'taken'], 'the queue');
      assertEqual(await storage.blockersOf('edit'), ['create'], 'what the edit waits for');
      assertEqual(await drain(storage), ['create', 'edit', 'taken'], 'the order of delivery');
    },
  },
  {
    name: 'coalesce works within a batch, and is undone with a refused one',
    body: async ({ storage }) => {
      const { coalesce } = lastWins();
      await add(storage, change('a', { payload: '1' }), operation('taken', { payload: '1' }));
      const [refused, taken] = await storage.enqueue(
        [
          [change('b', { payload: '2' }), operation('taken', { payload: '2' })],
          [change('x', { entity: 'x', payload: '1' }), change('y', { entity: 'x', payload: '2' })],
        ],
        { coalesce },
      );
      assertEqual(refused, { ok: false, code: 'OPERATION_ID_REUSED', index: 1 }, 'the refused batch');
      assertEqual((await mustGet(storage, 'a')).payload, '1', 'the tail after the refusal');
      assertEqual(
        taken?.ok === true && taken.receipts[1],
        { kind: 'coalesced', into: 'x' },
        'the other batch',
      );
      assertEqual((await mustGet(storage, 'x')).payload, '2', 'the merged payload');
    },
  },
  {
    name: 'coalesce does not count towards maxPending',
    body: async ({ storage }) => {
      const { coalesce } = lastWins();
      await add(storage, change('a'));
      const [result] = await storage.enqueue([[change('b', { payload: '2' })]], { coalesce, maxPending: 1 });
      assertEqual(result, { ok: true, receipts: [{ kind: 'coalesced', into: 'a' }] }, 'the result');
    },
  },
];
