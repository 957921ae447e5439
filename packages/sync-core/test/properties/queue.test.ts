import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defineOperation } from '../../src/operation/define-operation.js';
import { toExactJson } from '../../src/operation/exact-json.js';
import type { Operation } from '../../src/operation/operation.js';
import type { DeliveryOutcome } from '../../src/outcome/delivery-outcome.js';
import { openQueue } from '../fixtures.js';
import { holds } from './runs.js';
import { processQueue } from '../../src/worker/process-queue.js';

/** A thing on a server: there or not, with a number. */
interface Thing {
  readonly exists: boolean;
  readonly value: number;
}

const NOTHING: Thing = { exists: false, value: 0 };
const entity = ({ name }: { readonly name: string }): string => name;

interface Change {
  readonly name: string;
  readonly by: number;
}

const create = defineOperation<Change>('create', { entity });
const set = defineOperation<Change>('set', { entity, coalesce: 'replace' });
const add = defineOperation<Change>('add', {
  entity,
  coalesce: { merge: (waiting, incoming) => ({ ...incoming, by: waiting.by + incoming.by }) },
});
const remove = defineOperation<Change>('remove', { entity, coalesce: { cancels: ['create'] } });
const kinds = { create, set, add, remove };

/** What an operation does to a thing, on the server and in the head of the person. */
function apply(thing: Thing, kind: string, by: number): Thing {
  if (kind === 'create') return { exists: true, value: by };
  if (kind === 'remove') return NOTHING;
  return { ...thing, value: kind === 'set' ? by : thing.value + by };
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('set', 'add', 'add', 'toggle'),
      by: fc.integer({ min: -9, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ deliver: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }) }) },
);

const RETRY: DeliveryOutcome = { kind: 'retry', reason: { code: 'LATER', message: 'later' } };

test('coalesced or not, the server ends where the person is, and gets no more operations than were made', () =>
  holds(
    'coalescing',
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { queue, clock } = await openQueue(Object.values(kinds));
      const person = new Map<string, Thing>();
      const server = new Map<string, Thing>();
      let made = 0;
      let delivered = 0;
      const answers: boolean[] = [];
      const receive = ({ kind, payload }: Operation): DeliveryOutcome => {
        if (answers.shift() === false) return RETRY;
        const { name, by } = payload as Change;
        server.set(name, apply(server.get(name) ?? NOTHING, kind, by));
        delivered++;
        return { kind: 'acknowledged' };
      };
      const transport = {
        send: (operations: readonly Operation[]) => Promise.resolve(operations.map(receive)),
      };
      for (const each of steps) {
        if ('deliver' in each) {
          answers.push(...each.deliver);
          await processQueue(queue, transport, { maxAttempts: 1_000_000 });
          await clock.advance(400_000);
          continue;
        }
        const { name, by } = each;
        const thing = person.get(name) ?? NOTHING;
        const kind =
          each.kind === 'toggle' || !thing.exists ? (thing.exists ? 'remove' : 'create') : each.kind;
        await queue.enqueue(kinds[kind], { name, by });
        person.set(name, apply(thing, kind, by));
        made++;
      }
      answers.length = 0;
      await clock.advance(400_000);
      await processQueue(queue, transport);
      const states = (of: Map<string, Thing>) => ['a', 'b'].map((name) => of.get(name) ?? NOTHING);
      expect(states(server)).toEqual(states(person));
      expect(delivered).toBeLessThanOrEqual(made);
      expect((await queue.stats()).total).toBe(0);
    }),
  ));

const free = defineOperation('free');
const call = fc.record({ id: fc.constantFrom('1', '2', '3'), payload: fc.constantFrom(1, 2, '1', -0, 0) });

test('however often an operation is enqueued, it is there once; with other content it is refused', () =>
  holds(
    'idempotentEnqueue',
    fc.asyncProperty(fc.array(fc.array(call, { minLength: 1, maxLength: 4 })), async (calls) => {
      const { queue } = await openQueue([free]);
      const model = new Map<string, string>();
      for (const batch of calls) {
        const after = new Map(model);
        const outcomes = batch.map(({ id, payload }) => {
          const text = toExactJson(payload);
          const known = after.get(id);
          after.set(id, text);
          if (known === undefined) return 'enqueued';
          return known === text ? 'duplicate' : 'refused';
        });
        const enqueued = queue.enqueueAll(batch.map((each) => ({ operation: free, ...each })));
        if (outcomes.includes('refused')) {
          await expect(enqueued).rejects.toMatchObject({ code: 'OPERATION_ID_REUSED' });
        } else {
          expect((await enqueued).map(({ outcome }) => outcome)).toEqual(outcomes);
          for (const [id, text] of after) model.set(id, text);
        }
      }
      const { items } = await queue.list();
      expect(new Map(items.map(({ id, payloadJson }) => [id, payloadJson]))).toEqual(model);
    }),
  ));
