import { expect, test } from '@jest/globals';
import { LIMITS } from '@cpc/protocol';
import { checkInteger, checkText } from './check.js';

test('takes integers between the bounds, both included', () => {
  expect(() => checkInteger('n', 0, 0, 100)).not.toThrow();
  expect(() => checkInteger('n', 100, 0, 100)).not.toThrow();
  expect(() => checkInteger('n', Number.MAX_SAFE_INTEGER, 1)).not.toThrow();
});

test.each([-1, 101, 0.5, NaN, Infinity, '5', undefined, null, 5n])('refuses %p as from 0 to 100', (value) => {
  expect(() => checkInteger('n', value, 0, 100)).toThrow(
    new RangeError(`n takes an integer from 0 to 100, but got ${String(value)}`),
  );
});

test('names an open upper bound', () => {
  expect(() => checkInteger('n', 0, 1)).toThrow('n takes an integer from 1 on, but got 0');
});

test.each(['a', 'ключ', '😀', ' ', 'a'.repeat(LIMITS.maxNameLength)])('takes %j as a name', (value) => {
  expect(() => checkText('kind', value)).not.toThrow();
});

test.each(['', 'a'.repeat(LIMITS.maxNameLength + 1), 'a\nb', '\u0000', '\ud800', 5, undefined])(
  'refuses %p as a name',
  (value) => {
    expect(() => checkText('kind', value)).toThrow(TypeError);
  },
);

test('says what was expected and what came', () => {
  expect(() => checkText('kind', 'x\ty')).toThrow(
    'kind takes a text of 1 to 255 characters without control characters and lone surrogates, but got "x\\ty"',
  );
  expect(() => checkText('kind', 7)).toThrow(/but got 7$/);
});

test('does not ask an object what it says of itself', () => {
  const rude = {
    toString: () => {
      throw new Error('asked');
    },
  };
  expect(() => checkText('entity', rude)).toThrow(/but got a value of type object$/);
  expect(() => checkInteger('n', rude, 0)).toThrow(/but got a value of type object$/);
});
