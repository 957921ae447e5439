import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { openQueue } from '../test/fixtures.js';
import type { SYNC_ERROR_CODES } from './index.js';
import {
  type Clock,
  defineOperation,
  type DeliveryOutcome,
  type NewOperation,
  type OperationDefinition,
  type OperationState,
  type SyncErrorCode,
  type SyncEvent,
  type SyncQueue,
  type TimerHandle,
} from './index.js';

/** Only the same type gives the same answer in the same place; each T stands for any type there is. */
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

/** Compiles only where both types are the same. */
function same<A, B>(value: Same<A, B>): void {
  expect(value).toBe(true);
}

const typed = defineOperation<{ text: string }>('typed', { entity: ({ text }) => text });
const parsed = defineOperation('parsed', {
  schema: z.object({ cents: z.number(), currency: z.string().default('EUR') }),
  entity: ({ currency }) => currency,
});
const loose = defineOperation('loose');
/** Nothing but the annotation says what its payload is. */
const annotated = defineOperation('annotated', {
  entity: ({ stall }: { stall: number; item: string }) => `stalls/${stall}`,
});

/** Never called: what matters is what compiles, and each line below would have to. */
async function enqueueing(queue: SyncQueue): Promise<void> {
  await queue.enqueue(typed, { text: 'a' });
  // @ts-expect-error -- the payload is a text
  await queue.enqueue(typed, { text: 5 });
  // @ts-expect-error -- the payload has a text
  await queue.enqueue(typed, {});
  // @ts-expect-error -- the payload is not left out
  await queue.enqueue(typed);
  await queue.enqueue(parsed, { cents: 5 });
  // @ts-expect-error -- the schema wants a number
  await queue.enqueue(parsed, { cents: '5' });
  await queue.enqueue(annotated, { stall: 7, item: 'apples' });
  // @ts-expect-error -- the annotation wants an item
  await queue.enqueue(annotated, { stall: 7 });
  await queue.enqueueAll([
    { operation: typed, payload: { text: 'a' } },
    { operation: parsed, payload: { cents: 5 } },
    { operation: 'by name', payload: [1] },
  ]);
  await queue.enqueueAll([
    { operation: parsed, payload: { cents: 5 } },
    // @ts-expect-error -- each payload is of its own definition
    { operation: typed, payload: { cents: 5 } },
  ]);
  await queue.enqueueAll(['a', 'b'].map((text) => ({ operation: typed, payload: { text } })));
  // @ts-expect-error -- also of a list that was made elsewhere
  await queue.enqueueAll([1, 2].map((text) => ({ operation: typed, payload: { text } })));
  // @ts-expect-error -- no such option
  await queue.enqueueAll([{ operation: typed, payload: { text: 'a' }, urgency: 5 }]);
  await queue.enqueue(loose, { any: ['thing'] });
  await queue.enqueue('by name', { any: 'thing' });
  // @ts-expect-error -- no such option
  await queue.enqueue(typed, { text: 'a' }, { urgency: 5 });
  // @ts-expect-error -- a conflict that a person decides cannot be deferred again
  await queue.resolve('id', { kind: 'defer' });
  queue.events$.subscribe((event) => {
    // @ts-expect-error -- only an acknowledged operation has a result
    expect(event.result).toBeDefined();
    if (event.type === 'acknowledged') same<typeof event.result, unknown>(true);
    if (typed.is(event)) same<typeof event.kind, string>(true);
    if (event.type === 'acknowledged' && typed.is(event)) same<typeof event.result, unknown>(true);
  });
  for (const operation of (await queue.list()).items) {
    // @ts-expect-error -- of which kind it is, nobody has asked
    expect(operation.payload.text).toBeDefined();
    if (typed.is(operation)) same<typeof operation.payload.text, string>(true);
    if (parsed.is(operation)) same<typeof operation.payload.currency, string>(true);
  }
}

/** Never called, like the above. */
function defining(): void {
  // @ts-expect-error -- the entity is read from the payload, which has no `title`
  defineOperation<{ text: string }>('a', { entity: ({ title }) => String(title) });
  // @ts-expect-error -- the two payloads are merged to a third of their kind
  defineOperation<number>('a', { coalesce: { merge: (a, b) => `${a}${b}` } });
  // @ts-expect-error -- there is no such rule
  defineOperation('a', { coalesce: 'append' });
}

test('a definition knows what is of its kind, and of its version', async () => {
  const { queue, events } = await openQueue([typed, loose]);
  const { id } = await queue.enqueue(typed, { text: 'a' });
  await queue.enqueue(loose, 1);
  const operation = (await queue.get(id))!;
  expect(typed.is(operation) && operation.payload.text).toBe('a');
  expect(loose.is(operation)).toBe(false);
  expect(typed.is(Object.assign(Object.create(operation) as typeof operation, { version: 2 }))).toBe(false);
  expect(events.map((event) => typed.is(event))).toEqual([true, false]);
  expect(typed.is({ type: 'circuitClosed' })).toBe(false);
});

test('a definition knows what goes in and what is stored', () => {
  same<typeof typed, OperationDefinition<{ text: string }>>(true);
  same<typeof loose, OperationDefinition>(true);
  same<typeof annotated, OperationDefinition<{ stall: number; item: string }>>(true);
  same<
    typeof parsed,
    OperationDefinition<{ cents: number; currency?: string | undefined }, { cents: number; currency: string }>
  >(true);
  // @ts-expect-error -- the input of a schema with a default is not its output
  same<typeof parsed, OperationDefinition<{ cents: number; currency: string }>>(true);
  expect([typed, parsed, loose, annotated].map(({ kind }) => kind)).toEqual([
    'typed',
    'parsed',
    'loose',
    'annotated',
  ]);
  expect([enqueueing, defining]).toHaveLength(2);
});

test('codes, states, outcomes and events are closed unions', async () => {
  same<SyncErrorCode, (typeof SYNC_ERROR_CODES)[number]>(true);
  same<OperationState, 'waiting' | 'scheduled' | 'blocked' | 'leased' | 'parked' | 'deadLetter'>(true);
  same<
    DeliveryOutcome['kind'],
    'acknowledged' | 'conflict' | 'retry' | 'unreachable' | 'unauthenticated' | 'rejected' | 'skipped'
  >(true);
  same<Extract<SyncEvent, { type: 'enqueued' }>['id'], string>(true);
  same<ReturnType<Clock['setTimer']>, TimerHandle>(true);
  same<NewOperation['payload'], string>(true);
  const { queue } = await openQueue([typed]);
  const receipt = await queue.enqueue(typed, { text: 'a' });
  same<typeof receipt.outcome, 'enqueued' | 'duplicate' | 'coalesced' | 'cancelled'>(true);
  expect(receipt.outcome).toBe('enqueued');
});
