import { expect, test } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { isSyncError } from '../errors/sync-error.js';
import { toExactJson, utf8Length } from './exact-json.js';

/** The path that a refusal names. */
function refusedAt(value: unknown): unknown {
  try {
    toExactJson(value);
  } catch (error) {
    if (isSyncError(error, 'PAYLOAD_NOT_JSON')) return error.details['path'];
    throw error;
  }
  throw new Error('The value was taken.');
}

test.each([
  ['null', null],
  ['a text with every kind of character', 'a"\\\n\u0000é€😀\u2028'],
  ['the empty object and the empty list', { a: {}, b: [] }],
  ['numbers at their limits', [0, -1.5, 1e21, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER]],
  ['truth values', [true, false]],
  ['a list in a list in an object', { a: [[1], [{ b: null }]] }],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
])('reads back as it was: %s', (_, value) => {
  expect(JSON.parse(toExactJson(value))).toEqual(value);
});

test('keeps the sign of zero', () => {
  expect(toExactJson([-0, 0])).toBe('[-0,0]');
  expect(Object.is((JSON.parse(toExactJson([-0])) as number[])[0], -0)).toBe(true);
});

test('takes a property whose value is undefined as absent', () => {
  expect(toExactJson({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
});

test('takes a plain object of another realm', () => {
  expect(toExactJson(runInNewContext('({ a: [1] })'))).toBe('{"a":[1]}');
});

test('takes __proto__ as a key like any other where it is told to, and pollutes nothing', () => {
  const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  expect(toExactJson(JSON.parse(text), { anyKey: true })).toBe(text);
  expect(refusedAt(JSON.parse(text))).toBe('/__proto__');
  expect(refusedAt({ constructor: { prototype: 1 } })).toBe('/constructor');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

class Money {
  readonly cents = 5;
}

test.each<[string, unknown, string]>([
  ['undefined', undefined, ''],
  ['a BigInt', { a: 1n }, '/a'],
  ['NaN', [0, NaN], '/1'],
  ['an infinity', { a: [-Infinity] }, '/a/0'],
  ['a function', { a: { b: () => 1 } }, '/a/b'],
  ['a symbol', { a: Symbol('x') }, '/a'],
  ['a symbol as a key', { a: { [Symbol('x')]: 1 } }, '/a'],
  ['a date', { a: new Date(0) }, '/a'],
  ['a map', { a: new Map() }, '/a'],
  ['an instance of a class', [new Money()], '/0'],
  ['a boxed number', { a: Object(1) as unknown }, '/a'],
  ['a list with a hole', [1, , 2], '/1'], // eslint-disable-line no-sparse-arrays
  ['a list with undefined', [undefined], '/0'],
  ['a list with a member of its own', { a: Object.assign([1], { more: 2 }) }, '/a'],
  ['a lone surrogate in a text', { a: ['\ud800'] }, '/a/0'],
  ['a lone surrogate in a key', { a: { '\udc00': 1 } }, '/a/\udc00'],
  ['a slash and a tilde in the path', { 'a/b': { 'c~d': NaN } }, '/a~1b/c~0d'],
])('refuses %s and names the place', (_, value, path) => {
  expect(refusedAt(value)).toBe(path);
});

test('names the place of an instance behind deeper siblings', () => {
  expect(refusedAt({ first: { deep: [1] }, second: new Date(0) })).toBe('/second');
});

test('refuses an instance without a constructor', () => {
  expect(refusedAt(Object.create(Object.create({ constructor: undefined }) as object))).toBe('');
});

test('refuses a cycle, but takes the same object twice', () => {
  const shared = { a: 1 };
  expect(toExactJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  const cycle: Record<string, unknown> = {};
  cycle['self'] = { again: cycle };
  expect(refusedAt(cycle)).toBe('/self/again');
});

test('takes 64 levels of nesting and refuses 65', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  expect(toExactJson(nested(64))).toHaveLength(129);
  expect(refusedAt(nested(65))).toBe('/0'.repeat(64));
});

test('works on platforms without isWellFormed', () => {
  const prototype = String.prototype as { isWellFormed?: unknown };
  const native = Object.getOwnPropertyDescriptor(prototype, 'isWellFormed');
  Reflect.deleteProperty(prototype, 'isWellFormed');
  try {
    expect(toExactJson('a😀')).toBe('"a😀"');
    expect(refusedAt('\ud83d')).toBe('');
  } finally {
    if (native !== undefined) Object.defineProperty(prototype, 'isWellFormed', native);
  }
});

test.each(['', 'abc', 'é', '€', '😀', 'a\u007f\u0080\u07ff\u0800\uffff', '日本語 text 😀😀'])(
  'counts the UTF-8 bytes of %j',
  (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  },
);

test.each<[string, unknown, number]>([
  ['a text', 'éé', 6],
  ['a list', [1, 2, 3], 7],
  ['an empty list', [], 2],
  ['lists in a list', [[], [[]]], 9],
  ['an object', { a: 1, b: '€', c: { d: null } }, 32],
  ['escapes', '\n"', 6],
  ['numbers', [-0, 1.5, true, false, null], 24],
])('takes %s of exactly the bound, and not of a byte more', (_, value, bytes) => {
  expect(new TextEncoder().encode(toExactJson(value))).toHaveLength(bytes);
  expect(toExactJson(value, { maxBytes: bytes })).toBe(toExactJson(value));
  expect(() => toExactJson(value, { maxBytes: bytes - 1 })).toThrow(`more than ${bytes - 1} bytes`);
});
