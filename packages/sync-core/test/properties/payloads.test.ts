import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSyncError } from '../../src/errors/sync-error.js';
import { toExactJson, utf8Length } from '../../src/operation/exact-json.js';
import { holds } from './runs.js';

const text = fc.string({ unit: 'binary', maxLength: 10 });
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.constant(-0),
);
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', '0', ''));

/** Any value that JSON can say, -0 and every character of Unicode included. */
const json = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.object({
    key,
    values: [text, number, fc.boolean(), fc.constant(null)],
    maxDepth: 4,
    withNullPrototype: true,
  }),
  fc.array(number),
);

test('every JSON value reads back as it was, and its text is stable', () =>
  holds(
    'exactPayloads',
    fc.property(json, (value) => {
      const exact = toExactJson(value, { anyKey: true });
      const back: unknown = JSON.parse(exact);
      expect(back).toEqual(value);
      expect(toExactJson(back, { anyKey: true })).toBe(exact);
      expect(utf8Length(exact)).toBe(new TextEncoder().encode(exact).length);
      expect(new TextDecoder().decode(new TextEncoder().encode(exact))).toBe(exact);
    }),
  ));

class Instance {
  readonly value = 1;
}

const poison = fc.oneof(
  fc.bigInt(),
  fc.constantFrom(NaN, Infinity, -Infinity, Symbol('s'), undefined),
  fc.func(fc.nat()),
  fc.date({ noInvalidDate: true }),
  fc
    .constantFrom<() => unknown>(
      () => new Map([[1, 2]]),
      () => new Set(),
      () => new Instance(),
      () => new Uint8Array(2),
      () => /x/,
      () => new Error('x'),
      () => Object(1) as unknown,
      () => Promise.resolve(),
      () => ({ [Symbol('key')]: 1 }),
      () => Array.from({ length: 1, 1: 'beyond' } as ArrayLike<unknown>, () => undefined),
    )
    .map((make) => make()),
  fc.constantFrom('\ud800', '\udfff', 'a\udc00b', '\ud83d\ud83d'),
);

/** Keys that lead to a place, each with what stands beside it there. */
const place = fc.array(fc.record({ key: fc.oneof(text, fc.nat({ max: 3 })), beside: json }), {
  maxLength: 4,
});

test('whatever JSON cannot say exactly is refused, wherever it stands, and the place is named', () =>
  holds(
    'refusedPayloads',
    fc.property(poison, place, (bad, steps) => {
      let value: unknown = bad;
      let path = '';
      for (const { key: name, beside } of steps.toReversed()) {
        if (typeof name === 'number') {
          value = [...Array.from({ length: name }, () => beside), value];
        } else {
          // An undefined member is an absent one, and no refusal.
          if (value === undefined) value = [value];
          if (value !== bad && path === '' && Array.isArray(value) && value[0] === bad) path = '/0';
          value = Object.defineProperty({ before: beside }, name, { value, enumerable: true });
        }
        path = `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}${path}`;
      }
      try {
        toExactJson(value, { anyKey: true });
      } catch (error) {
        if (!isSyncError(error, 'PAYLOAD_NOT_JSON')) throw error;
        const found = String(error.details['path']);
        // A list that holds undefined names its item.
        expect([path, `${path}/0`]).toContain(found);
        return;
      }
      throw new Error('The value was taken.');
    }),
  ));
