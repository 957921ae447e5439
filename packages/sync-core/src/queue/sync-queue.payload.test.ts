import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { openQueue, settled } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import type { SchemaResult, StandardSchema } from '../operation/standard-schema.js';
import { processQueue } from '../worker/process-queue.js';

const any = defineOperation('any');
const code = (name: string) => expect.objectContaining({ name: 'SyncError', code: name });

/** A schema that answers a turn of the event loop later, with what it was given. */
function lateSchema<T>(check: (value: unknown) => SchemaResult<T>): StandardSchema<T> {
  const validate = async (value: unknown): Promise<SchemaResult<T>> => {
    await settled();
    return check(value);
  };
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

const cycle: unknown[] = [];
cycle.push(cycle);

test.each<[string, unknown]>([
  ['a BigInt', { a: 1n }],
  ['NaN', NaN],
  ['a cycle', cycle],
  ['a function', { a: () => 1 }],
  ['a Map', new Map()],
  ['a lone surrogate', 'x\ud800'],
  ['undefined', undefined],
])('refuses %s as a payload or a base, and nothing is stored', async (_, payload) => {
  const { queue, events } = await openQueue([any]);
  await expect(queue.enqueue(any, payload)).rejects.toEqual(code('PAYLOAD_NOT_JSON'));
  if (payload !== undefined) {
    await expect(queue.enqueue(any, 1, { base: payload })).rejects.toEqual(code('PAYLOAD_NOT_JSON'));
  }
  expect((await queue.stats()).total).toBe(0);
  expect(events).toEqual([]);
});

test('counts the limit of a payload in bytes of UTF-8, quotes included', async () => {
  const { queue } = await openQueue([any], { maxPayloadBytes: 14 });
  await queue.enqueue(any, 'x'.repeat(12));
  await queue.enqueue(any, '€'.repeat(4));
  await queue.enqueue(any, '😀'.repeat(3));
  await queue.enqueue(any, 'é'.repeat(6));
  for (const tooLong of ['x'.repeat(13), '€'.repeat(5), '😀'.repeat(3) + 'x', 'é'.repeat(6) + 'x']) {
    await expect(queue.enqueue(any, tooLong)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { maxPayloadBytes: 14 },
    });
  }
  await expect(queue.enqueue(any, 1, { base: 'x'.repeat(13) })).rejects.toEqual(code('PAYLOAD_TOO_LARGE'));
  expect((await queue.stats()).total).toBe(4);
});

test('takes a million bytes by default, as the receiver does, and no byte more', async () => {
  const { queue } = await openQueue([any]);
  await queue.enqueue(any, 'x'.repeat(999_998));
  await expect(queue.enqueue(any, 'x'.repeat(999_999))).rejects.toEqual(code('PAYLOAD_TOO_LARGE'));
});

test('sends the payload as it was at the moment of the call', async () => {
  const late = defineOperation<{ list: number[] }>('late', {
    schema: lateSchema((value) => ({ value: value as { list: number[] } })),
  });
  const { queue, transport } = await openQueue([any, late]);
  const payload = { list: [1] };
  const options = { dependsOn: ['gone'], base: { list: [0] } };
  const both = [queue.enqueue(any, payload, options), queue.enqueue(late, payload)];
  payload.list.push(2);
  options.dependsOn.push('other');
  options.base.list.push(9);
  const [first] = await Promise.all(both);
  expect(await queue.get(first!.id)).toMatchObject({ dependsOn: ['gone'], base: { list: [0] } });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ list: [1] }, { list: [1] }]);
});

const price = z.object({ cents: z.number().int(), currency: z.string().default('EUR') });

test('stores and sends what a zod schema makes of the payload', async () => {
  const setPrice = defineOperation('price.set', { schema: price, entity: ({ currency }) => currency });
  const { queue, transport } = await openQueue([setPrice]);
  const { id } = await queue.enqueue(setPrice, { cents: 5 });
  expect(await queue.get(id)).toMatchObject({ entity: 'EUR' });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ cents: 5, currency: 'EUR' }]);
});

test('refuses what the schema refuses, names the places, and stores nothing', async () => {
  const setPrice = defineOperation('price.set', { schema: z.object({ items: z.array(price) }) });
  const { queue } = await openQueue([setPrice]);
  const bad = queue.enqueue('price.set', { items: [{ cents: 0.5 }] });
  await expect(bad).rejects.toMatchObject({
    code: 'PAYLOAD_INVALID',
    details: { issues: [{ path: '/items/0/cents' }] },
  });
  await expect(bad).rejects.toThrow(/not a valid 'price.set': \/items\/0\/cents: /);
  expect((await queue.stats()).total).toBe(0);
});

test('takes issues without a path, and paths of objects', async () => {
  const issues = [{ message: 'bad' }, { message: 'worse', path: [{ key: 'a' }, 0, 'b'] }];
  const strict = defineOperation('strict', { schema: lateSchema<unknown>(() => ({ issues })) });
  const { queue } = await openQueue([strict]);
  await expect(queue.enqueue(strict, {})).rejects.toMatchObject({
    code: 'PAYLOAD_INVALID',
    message: "The payload is not a valid 'strict': bad; /a/0/b: worse",
  });
});

test('a zod schema may answer later', async () => {
  const schema = z.object({ cents: z.number() }).refine(async ({ cents }) => {
    await settled();
    return cents > 0;
  });
  const pay = defineOperation('pay', { schema });
  const { queue } = await openQueue([pay]);
  await queue.enqueue(pay, { cents: 1 });
  await expect(queue.enqueue(pay, { cents: 0 })).rejects.toEqual(code('PAYLOAD_INVALID'));
  await expect(queue.enqueueAll([{ operation: pay, payload: { cents: 0 } }])).rejects.toEqual(
    code('PAYLOAD_INVALID'),
  );
  expect((await queue.stats()).total).toBe(1);
});

test('a schema that answers later changes nothing about what is refused', async () => {
  const late = defineOperation('late', { schema: lateSchema((value) => ({ value })) });
  const { queue } = await openQueue([late]);
  for (const payload of [{ a: () => 1 }, { a: 1n }, NaN, new Map()]) {
    await expect(queue.enqueue(late, payload)).rejects.toEqual(code('PAYLOAD_NOT_JSON'));
  }
  expect((await queue.stats()).total).toBe(0);
});

test('a schema that fails is the failure of the call, and nothing is stored', async () => {
  const broken = defineOperation('broken', {
    schema: lateSchema(() => {
      throw new Error('database gone');
    }),
  });
  const { queue } = await openQueue([broken]);
  await expect(queue.enqueue(broken, 1)).rejects.toThrow('database gone');
  expect((await queue.stats()).total).toBe(0);
});

test('one refused item of several leaves no rejection unheard', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', hear);
  const late = defineOperation('late', {
    schema: lateSchema(() => ({ issues: [{ message: 'no' }] })),
  });
  const { queue } = await openQueue([late, any]);
  const items = [
    { operation: late, payload: 1 },
    { operation: any, payload: NaN },
  ];
  await expect(queue.enqueueAll(items)).rejects.toEqual(code('PAYLOAD_NOT_JSON'));
  await settled();
  await settled();
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
