import type { NewOutcome, OutcomeRecord, QueueStorage } from '@cpc/sync-core';
import { assert, assertEqual } from '../assert.js';
import { add, claim, claimOne, LEASE_MS, operation, type StorageCase, T0 } from './storage-case.js';

const KIND = { kind: 'test.kind' };
const failure = { code: 'REJECTED', message: 'no' };

/** Every outcome, page by page. */
async function allOutcomes(storage: QueueStorage, limit = 3): Promise<readonly OutcomeRecord[]> {
  const all: OutcomeRecord[] = [];
  for (;;) {
    const after = all.at(-1)?.sequence ?? 0;
    const { items, last } = await storage.outcomes({ after, limit });
    assert((items[0]?.sequence ?? Infinity) > after, 'the next page must begin further on');
    all.push(...items);
    if (items.length === 0) {
      assertEqual(all.at(-1)?.sequence ?? 0, last, 'the last sequence');
      return all;
    }
  }
}

/** What became of whom. */
export async function told(storage: QueueStorage): Promise<readonly string[]> {
  return (await allOutcomes(storage)).map(({ id, outcome, into }) =>
    into === undefined ? `${id} ${outcome}` : `${id} ${outcome} ${into}`,
  );
}

const acknowledged = (fields: Partial<NewOutcome> = {}): NewOutcome => ({
  outcome: 'acknowledged',
  ...KIND,
  ...fields,
});

/** What a storage keeps of how operations ended. */
export const outcomeCases: readonly StorageCase[] = [
  {
    name: 'outcomes keep all that a settlement brings, in the order of the settlements',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'), operation('c'));
      const { token } = await claim(storage);
      const full: NewOutcome = acknowledged({
        entity: 'e',
        principal: 'anna',
        at: T0 + 5,
        result: '{"no":7,"text":"\\"ü\\" 🙂"}',
        version: 'v2',
        position: 'orders:41',
      });
      const dead: NewOutcome = { outcome: 'deadLettered', ...KIND, at: T0 + 6, failure };
      await storage.settle(token, [
        { id: 'c', kind: 'remove', outcome: full },
        { id: 'a', kind: 'hold', state: 'deadLetter', failure, counts: true, outcome: dead },
        { id: 'b', kind: 'remove', outcome: acknowledged({ resultOmitted: true }) },
      ]);
      assertEqual(
        await allOutcomes(storage),
        [
          { ...full, id: 'c', sequence: 1 },
          { ...dead, id: 'a', sequence: 2 },
          { ...acknowledged({ resultOmitted: true }), id: 'b', sequence: 3 },
        ],
        'what is kept',
      );
      assertEqual((await storage.outcomeOf('a'))?.failure, failure, 'the outcome of one');
      assertEqual(await storage.outcomeOf('nobody'), undefined, 'the outcome of an unknown one');
    },
  },
  {
    name: 'outcomes of an id: the latest counts',
    body: async ({ storage }) => {
      await add(storage, operation('a'));
      const first = await claimOne(storage);
      const outcome: NewOutcome = { outcome: 'deadLettered', ...KIND, failure };
      await storage.settle(first.token, [
        { id: 'a', kind: 'hold', state: 'deadLetter', failure, counts: true, outcome },
      ]);
      await storage.requeue(['a'], T0);
      const second = await claimOne(storage);
      await storage.settle(second.token, [{ id: 'a', kind: 'remove', outcome: acknowledged() }]);
      assertEqual((await storage.outcomeOf('a'))?.outcome, 'acknowledged', 'the outcome of a');
      assertEqual(await told(storage), ['a deadLettered', 'a acknowledged'], 'all that was kept');
    },
  },
  {
    name: 'outcomes keep nothing of a settlement that is stale, nor of one that says nothing',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'));
      const late = await claim(storage);
      const { token } = await claim(storage, { now: T0 + LEASE_MS });
      const remove = (id: string) => ({ id, kind: 'remove', outcome: acknowledged() }) as const;
      await storage.settle(late.token, [remove('a')]);
      await storage.settle(token, [remove('a'), remove('a'), { id: 'b', kind: 'remove' }]);
      assertEqual(await told(storage), ['a acknowledged'], 'what is kept');
    },
  },
  {
    name: 'outcomes keep what enqueue, discard and replace do to operations',
    body: async ({ storage }) => {
      const change = (id: string, more = {}) => operation(id, { entity: 'e', coalesces: true, ...more });
      await add(storage, operation('gone', { principal: 'anna' }), operation('old'), change('a'));
      await storage.enqueue([[change('b', { createdAt: T0 + 3 })]], {
        coalesce: (_tail, incoming) => ({ kind: 'merged', operation: incoming }),
      });
      await storage.enqueue([[change('undo')]], { coalesce: () => ({ kind: 'cancelled' }) });
      await storage.discard(['gone', 'nobody'], { at: T0 + 7 });
      await storage.replace('old', operation('new'), T0 + 8);
      await storage.replace('new', operation('new', { payload: '"upcast"' }), T0 + 9);
      assertEqual(
        await told(storage),
        ['b coalesced a', 'a cancelled undo', 'undo cancelled a', 'gone discarded', 'old replaced new'],
        'what is kept',
      );
      const [coalesced, , , discarded, replaced] = await allOutcomes(storage);
      assertEqual([coalesced?.entity, coalesced?.at], ['e', T0 + 3], 'whose and when: coalesced');
      assertEqual([discarded?.principal, discarded?.at], ['anna', T0 + 7], 'whose and when: discarded');
      assertEqual([replaced?.kind, replaced?.at], ['test.kind', T0 + 8], 'whose and when: replaced');
    },
  },
  {
    name: 'outcomes keep nothing of a batch that was refused',
    body: async ({ storage }) => {
      const change = (id: string) => operation(id, { entity: 'e', coalesces: true });
      await add(storage, change('a'), operation('taken', { payload: '1' }));
      const batch = [change('b'), operation('taken', { payload: '2' })];
      const coalesce = () => ({ kind: 'cancelled' }) as const;
      const [refused] = await storage.enqueue([batch], { coalesce });
      assertEqual(refused?.ok, false, 'the batch is taken');
      assertEqual(await storage.outcomes(), { items: [], last: 0 }, 'what is kept');
      await storage.enqueue([[change('b')]], { coalesce });
      assertEqual(await told(storage), ['a cancelled b', 'b cancelled a'], 'what is kept of it later');
    },
  },
  {
    name: 'outcomes are read from a position on, as many as asked for',
    body: async ({ storage }) => {
      await add(storage, ...['a', 'b', 'c'].map((id) => operation(id)));
      await storage.discard(['a']);
      await storage.discard(['b', 'c']);
      const ids = async (query: object): Promise<unknown> => {
        const { items, last } = await storage.outcomes(query);
        return [items.map(({ id }) => id), last];
      };
      assertEqual(await ids({}), [['a', 'b', 'c'], 3], 'all');
      assertEqual(await ids({ after: 1, limit: 1 }), [['b'], 3], 'one behind the first');
      assertEqual(await ids({ after: 2 }), [['c'], 3], 'those behind the second');
      assertEqual(await ids({ after: 3 }), [[], 3], 'those behind the last');
      assertEqual(await ids({ limit: 0 }), [[], 3], 'none, to learn where they end');
    },
  },
  {
    name: 'outcomes survive a restart, and go on with the next number',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(storage, operation('a'), operation('b'));
      const { token } = await claimOne(storage);
      const outcome = acknowledged({ result: '[1,2]' });
      await storage.settle(token, [{ id: 'a', kind: 'remove', outcome }]);
      const again = await harness.reopen();
      await again.open();
      assertEqual(await again.outcomeOf('a'), { ...outcome, id: 'a', sequence: 1 }, 'after the restart');
      await again.discard(['b']);
      assertEqual(await told(again), ['a acknowledged', 'b discarded'], 'and later');
    },
  },
  {
    name: 'outcomes of one instance are told by another, and numbered in one order',
    body: async ({ storage, harness }) => {
      if (!storage.supports.sharing) return;
      assert(harness.second !== undefined, 'a storage that supports.sharing needs a harness with second()');
      const second = await harness.second();
      await second.open();
      await add(storage, operation('a'), operation('b'), operation('c'));
      await storage.discard(['a']);
      await second.discard(['b']);
      await storage.discard(['c']);
      const all = ['a discarded', 'b discarded', 'c discarded'];
      assertEqual(await told(storage), all, 'told by the first');
      assertEqual(await told(second), all, 'told by the second');
      assertEqual((await storage.outcomeOf('b'))?.sequence, 2, "the other's outcome");
    },
  },
  {
    name: 'outcomes are kept by the thousand',
    body: async ({ storage }) => {
      for (let round = 0; round < 15; round++) {
        await storage.enqueue([Array.from({ length: 100 }, (_, at) => operation(`id-${round}-${at}`))]);
        const { token, operations } = await claim(storage);
        await storage.settle(
          token,
          operations.map(({ id }) => ({ id, kind: 'remove', outcome: acknowledged() })),
        );
      }
      assertEqual((await storage.outcomeOf('id-0-0'))?.sequence, 1, 'the first');
      const { items } = await storage.outcomes({ limit: 2 });
      assertEqual(
        items.map(({ id }) => id),
        ['id-0-0', 'id-0-1'],
        'the beginning',
      );
      assertEqual((await storage.outcomeOf('id-14-99'))?.sequence, 1_500, 'the last');
    },
  },
];
