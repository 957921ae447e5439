import { expect, test } from '@jest/globals';
import { jsonPatch } from './index.js';

const merge = jsonPatch();

test('takes what each side changed, at any depth', () => {
  const base = { view: { theme: 'dark', size: 1, old: true }, list: [1, 2] };
  const local = { view: { theme: 'light', size: 1 }, list: [1, 2] };
  const remote = { view: { theme: 'dark', size: 2, old: true }, list: [1, 2, 3] };
  expect(merge({ base, local, remote })).toEqual({
    value: { view: { theme: 'light', size: 2 }, list: [1, 2, 3] },
  });
  expect(remote.view.theme).toBe('dark');
});

test('names with slashes and tildes are names', () => {
  const base = { 'a/b': { c: 1 }, 'a~b': 1, a: { b: 1 } };
  const local = { ...base, 'a/b': { c: 2 }, 'a~b': 2 };
  const remote = { ...base, a: { b: 2 } };
  expect(merge({ base, local, remote })).toEqual({ value: { 'a/b': { c: 2 }, 'a~b': 2, a: { b: 2 } } });
});

test('what both did alike is no clash', () => {
  const base = { a: 1, b: { c: 1 } };
  const local = { a: 2, b: { c: 2 } };
  expect(merge({ base, local, remote: { a: 2, b: { c: 1 }, d: 1 } })).toEqual({
    value: { a: 2, b: { c: 2 }, d: 1 },
  });
});

test.each([
  ['the same member', { a: 1 }, { a: 2 }, { a: 3 }],
  ['a member within what the other removed', { a: { b: 1 } }, { a: { b: 2 } }, {}],
  ['a removal around what the other changed', { a: { b: 1 } }, {}, { a: { b: 2 } }],
  ['the same array', { a: [1, 2] }, { a: [2] }, { a: [1, 2, 3] }],
  [
    'an item of an array that the other moved',
    { a: [{ n: 1 }, { n: 2 }] },
    { a: [{ n: 1 }, { n: 3 }] },
    { a: [{ n: 2 }] },
  ],
  ['an array at the top', [1, 2], [2], [1, 2, 3]],
  ['a value of another type', { a: { b: 1 } }, { a: { b: 2 } }, { a: 'text' }],
  ['no base', undefined, { a: 1 }, { a: 2 }],
  ['no remote', { a: 1 }, { a: 2 }, undefined],
])('%s is a clash', (_, base, local, remote) => {
  expect(merge({ base, local, remote })).toBeUndefined();
});

test.each(['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'])(
  'pollutes nothing with %s',
  (text) => {
    const local: unknown = JSON.parse(text);
    expect(merge({ base: {}, local, remote: { a: 1 } })).toBeUndefined();
    expect(merge({ base: {}, local: { a: 1 }, remote: local })?.value).toEqual({
      ...(JSON.parse(text) as object),
      a: 1,
    });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  },
);
