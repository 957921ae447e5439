import type { AfterFailure, NewOperation, NewOutcome, QueueStorage, SettleResult } from '@cpc/sync-core';
import { assertEqual } from '../assert.js';
import { told } from './outcome-cases.js';
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
const of =
  (entity: string) =>
  (id: string, fields: Partial<NewOperation> = {}) =>
    operation(id, { entity, ...fields });
const inLane = of('e');

/** Makes a dead letter of the operation that goes next. */
async function bury(storage: QueueStorage, afterFailure?: AfterFailure): Promise<readonly SettleResult[]> {
  const { token, id } = await claimOne(storage);
  const outcome: NewOutcome = {
    outcome: 'deadLettered',
    kind: 'test.kind',
    entity: 'e',
    at: T0 + 1,
    failure,
  };
  return storage.settle(token, [
    {
      id,
      kind: 'hold',
      state: 'deadLetter',
      failure,
      counts: true,
      outcome,
      ...(afterFailure !== undefined && { afterFailure }),
    },
  ]);
}

/** What a dead letter does to those behind it, by the rule of its kind. */
export const heldCases: readonly StorageCase[] = [
  {
    name: 'held: followersOf names what waits for an operation directly',
    body: async ({ storage }) => {
      await add(
        storage,
        inLane('head'),
        operation('x', { dependsOn: ['head'] }),
        inLane('next'),
        inLane('last'),
      );
      await add(storage, operation('far', { dependsOn: ['x'] }), inLane('both', { dependsOn: ['head'] }));
      const followers = async (id: string, limit?: number): Promise<readonly string[]> =>
        idsOf(await storage.followersOf(id, limit));
      assertEqual(await followers('head'), ['next', 'last', 'both', 'x'], 'behind the head');
      assertEqual(await followers('head', 2), ['next', 'last'], 'the first two');
      assertEqual(await followers('next'), [], 'behind one that waits itself');
      assertEqual(await followers('x'), ['far'], 'of a lane of one');
      assertEqual(await followers('nobody'), [], 'of nobody');
    },
  },
  {
    name: 'held: receipts name the dead letter or the parked one that holds an operation',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'));
      await bury(storage);
      await add(storage, of('p')('parked'));
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'parked', kind: 'hold', state: 'parked', failure, counts: false }]);
      const receipts = await add(
        storage,
        inLane('behind'),
        of('p')('behind-parked'),
        operation('depends', { dependsOn: ['dead'] }),
        operation('free'),
      );
      assertEqual(
        receipts.map((receipt) => receipt.kind === 'enqueued' && receipt.heldBy),
        ['dead', 'parked', 'dead', undefined],
        'what holds them',
      );
      const [joined] = await storage.enqueue([[inLane('joins', { coalesces: true })]], {
        coalesce: (_tail, incoming) => ({ kind: 'merged', operation: incoming }),
      });
      assertEqual(
        joined,
        { ok: true, receipts: [{ kind: 'coalesced', into: 'behind', heldBy: 'dead' }] },
        'one that joins what is held',
      );
    },
  },
  {
    name: 'held: a dead letter that is skipped leaves its lane to those behind it',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'), inLane('next'), operation('depends', { dependsOn: ['dead'] }));
      assertEqual(await bury(storage, 'skip'), ['settled'], 'the result');
      const dead = await mustGet(storage, 'dead');
      assertEqual([dead.state, dead.aside, dead.entity], ['deadLetter', true, 'e'], 'the dead letter');
      assertEqual((await mustGet(storage, 'next')).state, 'waiting', 'the one behind it');
      assertEqual((await mustGet(storage, 'depends')).state, 'blocked', 'what depends on it');
      const [receipt] = await add(storage, inLane('later'));
      assertEqual(receipt?.kind === 'enqueued' && receipt.heldBy, undefined, 'what holds a later one');
      assertEqual(idsOf(await listAll(storage, { entity: 'e' })), ['dead', 'next', 'later'], 'its entity');
      assertEqual((await storage.stats()).byState.deadLetter, 1, 'the dead letters');
      assertEqual(await drain(storage), ['next', 'later'], 'the order of delivery');
      assertEqual(idsOf(await listAll(storage)), ['dead', 'depends'], 'what is left');
    },
  },
  {
    name: 'held: a skipped dead letter that goes again takes its place in front',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'), inLane('next'));
      await bury(storage, 'skip');
      assertEqual(await storage.requeue(['dead'], T0), ['dead'], 'what was requeued');
      assertEqual((await mustGet(storage, 'next')).state, 'blocked', 'the one behind it');
      assertEqual((await mustGet(storage, 'dead')).aside, undefined, 'whether it is aside');
      await bury(storage, 'skip');
      await storage.replace('dead', inLane('edited'));
      assertEqual(await drain(storage), ['edited', 'next'], 'the order of delivery');
    },
  },
  {
    name: 'held: a skipped dead letter that goes again waits for the one of its lane that is being sent',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'), inLane('next'), inLane('last'));
      await bury(storage, 'skip');
      const { token, id } = await claimOne(storage);
      assertEqual(id, 'next', 'what is being sent');
      await storage.requeue(['dead'], T0);
      const head = await mustGet(storage, 'dead');
      assertEqual([head.state, await storage.blockersOf('dead')], ['blocked', ['next']], 'the one in front');
      assertEqual(await storage.blockersOf('last'), ['dead'], 'what those behind it wait for');
      assertEqual(idsOf((await claim(storage, { perEntity: 3, limit: 3 })).operations), [], 'beside it');
      const leaseUntil = (await mustGet(storage, 'next')).dueAt;
      assertEqual(await storage.nextDue({ now: T0 + 1 }), leaseUntil, 'when something may go');
      await storage.settle(token, [{ id, kind: 'reschedule', dueAt: T0 + 5, delayMs: 5, counts: true }]);
      assertEqual((await mustGet(storage, 'dead')).state, 'waiting', 'once that is over');
      assertEqual(await drain(storage, { now: T0 + 10 }), ['dead', 'next', 'last'], 'the order of delivery');
    },
  },
  {
    name: 'held: what waits in front of one that is being sent goes when that one is gone, or its lease is over',
    body: async ({ storage }) => {
      for (const end of ['remove', 'lapse'] as const) {
        await add(storage, inLane(`dead ${end}`), inLane(`next ${end}`));
        await bury(storage, 'skip');
        const { token, id } = await claimOne(storage);
        const leaseUntil = (await mustGet(storage, id)).dueAt;
        await storage.replace(`dead ${end}`, inLane(`edited ${end}`));
        assertEqual((await mustGet(storage, `edited ${end}`)).state, 'blocked', 'while it is being sent');
        if (end === 'remove') await storage.settle(token, [{ id, kind: 'remove' }]);
        const left = end === 'remove' ? [] : [`next ${end}`];
        assertEqual(
          await drain(storage, { now: leaseUntil + 1 }),
          [`edited ${end}`, ...left],
          `after ${end}`,
        );
      }
    },
  },
  {
    name: 'held: a skipped dead letter is no tail that something joins, and comes back skipped',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'));
      await bury(storage, 'skip');
      const asked: string[] = [];
      await storage.enqueue([[inLane('next', { coalesces: true })]], {
        coalesce: (tail) => {
          asked.push(tail.id);
          return { kind: 'none' };
        },
        supersede: (dead) => {
          asked.push(dead.id);
          return true;
        },
      });
      assertEqual(asked, [], 'what was asked');
      const exported = await storage.discard(['dead', 'next']);
      await storage.restore(exported);
      assertEqual((await mustGet(storage, 'dead')).aside, true, 'whether it is aside');
      assertEqual(await drain(storage), ['next'], 'the order of delivery');
    },
  },
  {
    name: 'held: skipping is still so after a restart',
    body: async ({ storage, harness }) => {
      if (!storage.supports.durable) return;
      await add(storage, inLane('dead'), inLane('next'));
      await bury(storage, 'skip');
      const again = await harness.reopen();
      await again.open();
      assertEqual((await mustGet(again, 'dead')).aside, true, 'whether it is aside');
      assertEqual(await drain(again), ['next'], 'the order of delivery');
    },
  },
  {
    name: 'held: a dead letter leaves where one of its kind waits behind it that supersedes it',
    body: async ({ storage }) => {
      await add(
        storage,
        inLane('set-1'),
        inLane('other', { kind: 'other' }),
        inLane('set-2'),
        inLane('set-3'),
      );
      assertEqual(await bury(storage, 'supersede'), ['superseded'], 'the result');
      assertEqual(await told(storage), ['set-1 superseded set-2'], 'what is kept');
      const kept = await storage.outcomeOf('set-1');
      assertEqual([kept?.failure, kept?.at], [failure, T0 + 1], 'why and when');
      assertEqual(await drain(storage), ['other', 'set-2', 'set-3'], 'the order of delivery');
    },
  },
  {
    name: 'held: a dead letter stays where nothing supersedes it, or something depends on it',
    body: async ({ storage }) => {
      await add(storage, inLane('a'), inLane('other', { kind: 'other' }), inLane('b', { principal: 'ben' }));
      assertEqual(await bury(storage, 'supersede'), ['settled'], 'with others behind it');
      await storage.discard(['a', 'other', 'b']);
      await add(storage, inLane('set'), inLane('set-2'), operation('needs', { dependsOn: ['set'] }));
      assertEqual(await bury(storage, 'supersede'), ['settled'], 'where something depends on it');
      assertEqual((await mustGet(storage, 'set')).state, 'deadLetter', 'the dead letter');
      assertEqual((await mustGet(storage, 'set-2')).state, 'blocked', 'the one behind it');
    },
  },
  {
    name: 'held: enqueue supersedes the dead letter that holds the lane, where the rules say so',
    body: async ({ storage }) => {
      await add(storage, inLane('set-1'), inLane('other', { kind: 'other' }));
      await bury(storage);
      const [result] = await storage.enqueue([[inLane('set-2', { createdAt: T0 + 9 })]], {
        supersede: (dead, incoming) => dead.kind === incoming.kind,
        maxPending: 2,
      });
      const receipt = result?.ok === true ? result.receipts[0] : undefined;
      assertEqual(
        { ...receipt, sequence: 0 },
        { kind: 'enqueued', sequence: 0, superseded: ['set-1'] },
        'the receipt, also in a full queue',
      );
      assertEqual(await told(storage), ['set-1 deadLettered', 'set-1 superseded set-2'], 'what is kept');
      assertEqual((await storage.outcomeOf('set-1'))?.failure, failure, 'why it had failed');
      assertEqual(await add(storage, inLane('set-1')), [{ kind: 'duplicate' }], 'the old one once more');
      assertEqual(await drain(storage), ['other', 'set-2'], 'the order of delivery');
    },
  },
  {
    name: 'held: one that supersedes may join another, and says both',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'), inLane('next', { coalesces: true }));
      await bury(storage);
      const [result] = await storage.enqueue([[inLane('better', { coalesces: true })]], {
        supersede: () => true,
        coalesce: (_tail, incoming) => ({ kind: 'merged', operation: incoming }),
      });
      assertEqual(
        result,
        { ok: true, receipts: [{ kind: 'coalesced', into: 'next', superseded: ['dead'] }] },
        'the receipt',
      );
      assertEqual(
        await told(storage),
        ['dead deadLettered', 'dead superseded better', 'better coalesced next'],
        'what is kept',
      );
      assertEqual(await drain(storage), ['next'], 'the order of delivery');
    },
  },
  {
    name: 'held: enqueue supersedes nothing that lives, is another’s, or is waited for',
    body: async ({ storage }) => {
      const asked: string[] = [];
      const supersede = (dead: NewOperation): boolean => {
        asked.push(dead.id);
        return dead.id === 'says-yes';
      };
      const enqueue = (one: NewOperation) => storage.enqueue([[one]], { supersede });
      await add(storage, inLane('alive'));
      await enqueue(inLane('behind'));
      await storage.discard(['alive', 'behind']);
      await add(storage, inLane('waited-for'), operation('needs', { dependsOn: ['waited-for'] }));
      await bury(storage);
      await enqueue(inLane('behind-2'));
      await storage.discard(['waited-for', 'needs', 'behind-2']);
      await add(storage, inLane('hers', { principal: 'anna' }));
      await bury(storage);
      await enqueue(inLane('his', { principal: 'ben' }));
      await storage.discard(['hers', 'his']);
      await add(storage, inLane('says-no'));
      await bury(storage);
      await enqueue(inLane('behind-3'));
      assertEqual(asked, ['says-no'], 'what was asked');
      assertEqual((await mustGet(storage, 'says-no')).state, 'deadLetter', 'the one that stays');
    },
  },
  {
    name: 'held: superseding is undone with a refused batch',
    body: async ({ storage }) => {
      await add(storage, inLane('dead'), inLane('next'), operation('taken', { payload: '1' }));
      await bury(storage);
      const batch = [inLane('better'), operation('taken', { payload: '2' })];
      const [refused] = await storage.enqueue([batch], { supersede: () => true });
      assertEqual(refused?.ok, false, 'the batch is taken');
      const dead = await mustGet(storage, 'dead');
      assertEqual([dead.state, dead.failure], ['deadLetter', failure], 'the dead letter');
      assertEqual((await mustGet(storage, 'next')).state, 'blocked', 'the one behind it');
      assertEqual((await storage.stats()).byState.deadLetter, 1, 'the dead letters');
      assertEqual(await storage.requeue(['dead'], T0), ['dead'], 'it can go again');
      assertEqual(await drain(storage), ['dead', 'next', 'taken'], 'the order of delivery');
    },
  },
];
