import { describe, expect, test } from '@jest/globals';
import { openQueue, settled } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import type { StandardSchema } from '../operation/standard-schema.js';
import { processQueue } from '../worker/process-queue.js';

const any = defineOperation('any');
const code = (name: string) => expect.objectContaining({ name: 'SyncError', code: name });

class Money {
  readonly cents = 5;
}

/** A schema that answers a turn of the event loop later, with what it was given. */
const later: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      await settled();
      return { value };
    },
  },
};
const late = defineOperation('late', { schema: later, coalesce: 'replace' });

describe('the value at the moment of the call counts', () => {
  test('of every option, though a schema answers later', async () => {
    const { queue } = await openQueue([late]);
    const options = {
      entity: 'a',
      base: { seen: 1 },
      baseVersion: '1',
      dependsOn: ['gone'],
      priority: 10,
      principal: 'ann',
      scheduledAt: 5_000,
      expiresAt: 9_000_000_000_000,
    };
    const said = structuredClone(options);
    const call = queue.enqueue(late, 1, options);
    options.base.seen = 2;
    options.dependsOn.push('other');
    Object.assign(options, { entity: 'b', baseVersion: '2', priority: 90, principal: 'ben', scheduledAt: 0 });
    Object.assign(options, { expiresAt: 1 });
    const { id } = await call;
    expect(await queue.get(id, { principals: 'all' })).toMatchObject({ ...said, base: { seen: 1 } });
  });

  test('of what is edited and of what a person decides', async () => {
    const { queue } = await openQueue([any]);
    const first = await queue.enqueue(any, { n: 1 });
    const edited = { n: 2 };
    const edit = queue.edit(first.id, edited);
    edited.n = 99;
    const id = await edit;
    expect(await queue.get(id)).toMatchObject({ payload: { n: 2 } });

    const deferred = defineOperation('deferred', { conflict: { resolve: () => ({ kind: 'defer' }) } });
    const { queue: second, transport: wire } = await openQueue([deferred]);
    wire.answer({ kind: 'conflict', remote: { value: { n: 0 }, version: '2' } });
    await second.enqueue(deferred, { n: 1 }, { id: 'd', baseVersion: '1' });
    await processQueue(second, wire);
    const choice = { kind: 'merge' as const, value: { n: 7 } };
    const decided = second.resolve('d', choice);
    choice.value.n = 99;
    expect(await second.get((await decided)!)).toMatchObject({ payload: { n: 7 }, baseVersion: '2' });
  });

  test('of the questions of a list', async () => {
    const { queue } = await openQueue([any]);
    await queue.enqueue(any, 1);
    const query = { states: ['waiting' as const], limit: 5 };
    const asked = queue.list(query);
    query.states.length = 0;
    expect((await asked).items).toHaveLength(1);
  });
});

describe('a schema that answers later', () => {
  test.each<[string, unknown, string]>([
    ['an address', { at: new URL('https://a.example') }, '/at'],
    ['an instance of a class', [new Money()], '/0'],
    ['a list with a gap', { a: [1, , 2] }, '/a'], // eslint-disable-line no-sparse-arrays
    ['a symbol as a key', { [Symbol('x')]: 1 }, ''],
    ['an error', new Error('x'), ''],
  ])('gets no altered %s: it is refused as ever', async (_, payload, path) => {
    const { queue } = await openQueue([late]);
    const refused = queue.enqueue(late, payload);
    await expect(refused).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON', details: { path } });
    expect((await queue.stats()).total).toBe(0);
  });

  test('gets dates, maps, sets and bytes as copies', async () => {
    const seen: unknown[] = [];
    const schema: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) => {
          await settled();
          seen.push(value);
          return { value: 'taken' };
        },
      },
    };
    const kept = defineOperation('kept', { schema });
    const { queue } = await openQueue([kept]);
    const payload = {
      date: new Date(5),
      map: new Map([['a', { n: 1 }]]),
      set: new Set([1]),
      bytes: new Uint8Array([1, 2]),
      buffer: new Uint8Array([3]).buffer,
      big: 1n,
    };
    const call = queue.enqueue(kept, payload);
    payload.map.get('a')!.n = 9;
    payload.bytes[0] = 9;
    await call;
    expect(seen[1]).toEqual({
      date: new Date(5),
      map: new Map([['a', { n: 1 }]]),
      set: new Set([1]),
      bytes: new Uint8Array([1, 2]),
      buffer: new Uint8Array([3]).buffer,
      big: 1n,
    });
  });
});

describe('what no transport can carry is refused at the door', () => {
  test.each([
    ['an id beyond ASCII', { id: 'é' }],
    ['an id of 256 characters', { id: 'a'.repeat(256) }],
    ['a version with a line break', { baseVersion: '1\n' }],
    ['a dependency that cannot be an id', { dependsOn: ['é'] }],
    ['a text as a list of ids', { dependsOn: 'abc' as unknown as string[] }],
  ])('%s', async (_, options) => {
    const { queue } = await openQueue([any]);
    await expect(queue.enqueue(any, 1, options)).rejects.toEqual(code('OPERATION_INVALID'));
    expect((await queue.stats()).total).toBe(0);
  });

  test('kinds that an address does not keep, and a version of ten digits', () => {
    for (const kind of ['.', '..']) expect(() => defineOperation(kind)).toThrow(TypeError);
    expect(() => defineOperation('a', { version: 1_000_000_000 })).toThrow(RangeError);
    expect(defineOperation('...').kind).toBe('...');
  });

  test('a node with a lone surrogate', async () => {
    await expect(openQueue([any], { node: 'a\ud800' })).rejects.toThrow(/^node takes/);
  });

  test.each<[string, unknown, string]>([
    ['65 levels', nested(65), '/0'.repeat(64)],
    ['__proto__', JSON.parse('{"a":{"__proto__":{"polluted":true}}}'), '/a/__proto__'],
    ['constructor.prototype', { constructor: { prototype: {} } }, '/constructor'],
  ])('a payload or a base with %s', async (_, payload, path) => {
    const { queue } = await openQueue([any]);
    const refusal = { code: 'PAYLOAD_NOT_JSON', details: { path } };
    await expect(queue.enqueue(any, payload)).rejects.toMatchObject(refusal);
    await expect(queue.enqueue(any, 1, { base: payload })).rejects.toMatchObject(refusal);
    expect((await queue.stats()).total).toBe(0);
  });

  test('64 levels and odd names that travel are taken', async () => {
    const { queue, transport } = await openQueue([any]);
    await queue.enqueue(any, nested(64), {
      id: ' a"b\\c~',
      entity: 'Zoë/__proto__',
      baseVersion: 'W/"2 3" é',
    });
    await processQueue(queue, transport);
    expect(transport.payloads).toEqual([nested(64)]);
  });
});

describe('whatever code of the app throws, the error has a code and a cause', () => {
  const boom = new Error('boom');
  const throwing = (): never => {
    throw boom;
  };
  const proxy = new Proxy({}, { ownKeys: throwing });
  const mute = {
    toString: throwing,
  };

  test.each<[string, unknown, string]>([
    ['a getter', { a: Object.defineProperty({}, 'b', { get: throwing, enumerable: true }) }, '/a/b'],
    ['a proxy', [proxy], '/0'],
  ])('%s', async (_, payload, path) => {
    const { queue } = await openQueue([any, late]);
    const refusal = { code: 'PAYLOAD_NOT_JSON', cause: boom, details: { path } };
    await expect(queue.enqueue(any, payload)).rejects.toMatchObject(refusal);
    await expect(queue.enqueue(late, payload)).rejects.toMatchObject(refusal);
    const { id } = await queue.enqueue(any, 1);
    await expect(queue.edit(id, payload)).rejects.toMatchObject(refusal);
  });

  test('a schema, at once or later, and one that answers nonsense', async () => {
    const schemaOf = (validate: () => never) => ({
      '~standard': { version: 1 as const, vendor: 'v', validate },
    });
    const kinds = [
      defineOperation('throws', { schema: schemaOf(throwing) }),
      defineOperation('rejects', { schema: schemaOf((() => Promise.reject(boom)) as never) }),
    ];
    const nonsense = defineOperation('nonsense', { schema: schemaOf((() => undefined) as never) });
    const { queue } = await openQueue([...kinds, nonsense]);
    for (const kind of kinds) {
      await expect(queue.enqueue(kind, 1)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID', cause: boom });
    }
    await expect(queue.enqueue(nonsense, 1)).rejects.toEqual(code('PAYLOAD_INVALID'));
  });

  test('entity, rank and options', async () => {
    const named = defineOperation('named', { entity: throwing });
    const mutely = defineOperation('mutely', {
      entity: () => {
        throw mute; // eslint-disable-line @typescript-eslint/only-throw-error -- what apps do
      },
    });
    const wrong = defineOperation('wrong', { entity: () => 5 as unknown as string });
    const { queue } = await openQueue([any, named, mutely, wrong]);
    const invalid = { code: 'OPERATION_INVALID', cause: boom, message: 'entity failed: boom' };
    await expect(queue.enqueue(named, 1)).rejects.toMatchObject(invalid);
    await expect(queue.enqueue(mutely, 1)).rejects.toEqual(code('OPERATION_INVALID'));
    await expect(queue.enqueue(wrong, 1)).rejects.toThrow('entity takes a text of 1 to 255');
    const getter = Object.defineProperty({}, 'id', { get: throwing });
    await expect(queue.enqueue(any, 1, getter)).rejects.toMatchObject({
      code: 'OPERATION_INVALID',
      cause: boom,
    });
    await expect(queue.enqueue(any, 1, null as never)).rejects.toEqual(code('OPERATION_INVALID'));
    await expect(queue.enqueue(undefined as never, 1)).rejects.toEqual(code('OPERATION_INVALID'));
    await expect(queue.enqueueAll([null as never, 5 as never])).rejects.toEqual(code('OPERATION_INVALID'));
    await expect(queue.resolve('x', { kind: 'defer' } as never)).rejects.toEqual(code('OPERATION_INVALID'));
    const ranked = await openQueue([any], { rank: throwing });
    await expect(ranked.queue.enqueue(any, 1)).rejects.toMatchObject({
      code: 'OPERATION_INVALID',
      cause: boom,
    });
    const half = await openQueue([any], { rank: () => 0.5 });
    await expect(half.queue.enqueue(any, 1)).rejects.toEqual(code('OPERATION_INVALID'));
  });
});

test('a payload that is far too large is refused without being read to its end', async () => {
  const { queue } = await openQueue([any]);
  let reads = 0;
  const item = new Proxy({}, { ownKeys: () => (reads++, []) });
  const refusals: unknown[] = [
    Array.from({ length: 600_000 }, () => item),
    { list: Array.from({ length: 100 }, () => Array.from({ length: 20_000 }, () => item)) },
    Object.fromEntries(Array.from({ length: 400_000 }, (_, n) => [n, item])),
  ];
  for (const payload of refusals) {
    await expect(queue.enqueue(any, payload)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { maxPayloadBytes: 1_000_000 },
    });
  }
  // Nothing of the first, and of the others no more than fits; each is looked at twice.
  expect(reads).toBeLessThan(2 * 700_000);
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}
