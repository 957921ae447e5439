import { expect, test } from '@jest/globals';
import { storedOperation } from '../../test/fixtures.js';
import { toOperation } from '../operation/to-operation.js';
import type { Resolution } from '../ports/conflict-resolver.js';
import { fieldMerge, type FieldMergeOptions, type FieldSides } from './field-merge.js';

const operation = toOperation(storedOperation('a'));

function merge(base: unknown, local: unknown, remote: unknown, options?: FieldMergeOptions): Resolution {
  const conflict = { operation, local, remote: { value: remote }, base, round: 0 };
  return fieldMerge(options).resolve(conflict, { signal: new AbortController().signal }) as Resolution;
}

const merged = (value: unknown) => ({ kind: 'merge', value });

test('takes each field from the side that changed it', () => {
  const base = { a: 1, b: 1, c: 1, d: { x: [1] } };
  expect(merge(base, { ...base, a: 2 }, { ...base, b: 2, d: { x: [2] } })).toEqual(
    merged({ a: 2, b: 2, c: 1, d: { x: [2] } }),
  );
});

test('takes additions and removals from the side that made them', () => {
  const records: FieldMergeOptions = { payload: 'record' };
  expect(merge({ a: 1, b: 1 }, { b: 1, mine: 1 }, { a: 1, b: 1, theirs: 1 }, records)).toEqual(
    merged({ b: 1, mine: 1, theirs: 1 }),
  );
  expect(merge({ a: 1, b: 1 }, { a: 1 }, {})).toEqual(merged({}));
});

test('takes what a patch leaves out for left alone, and makes a patch of it', () => {
  const [base, remote] = [
    { quantity: 1, note: 'a', labels: ['x'] },
    { quantity: 1, note: 'b', labels: ['x', 'theirs'] },
  ];
  const patch: FieldMergeOptions = { payload: 'patch', sets: ['labels'], onClash: 'defer' };
  expect(merge(base, { quantity: 5 }, remote, patch)).toEqual(merged({ quantity: 5 }));
  expect(merge(base, { labels: ['x', 'mine'] }, remote, patch)).toEqual(
    merged({ labels: ['x', 'theirs', 'mine'] }),
  );
  expect(merge(base, { note: 'c' }, remote, patch)).toEqual({ kind: 'defer' });
  expect(merge(base, { note: null }, { ...remote, note: 'a' }, patch)).toEqual(merged({ note: null }));
});

test('drops nothing on a guess: what lacks a field may be a patch or a removal, and a person decides', () => {
  expect(merge({ a: 1, b: 1 }, { a: 2 }, { a: 1, b: 1 })).toEqual({ kind: 'defer' });
  expect(merge({ a: 1, b: 1 }, { a: 2 }, { a: 1 })).toEqual(merged({ a: 2 }));
  expect(merge(undefined, { a: 2 }, { a: 1, b: 1 })).toEqual(merged({ a: 2, b: 1 }));
});

test('knows equal values whatever the order of their keys', () => {
  const base = { a: { x: 1, y: [1, { z: null }] } };
  const same = { a: { y: [1, { z: null }], x: 1 } };
  expect(merge(base, same, { a: 'theirs' })).toEqual(merged({ a: 'theirs' }));
});

test.each([
  [{ a: [1] }, { a: { 0: 1 } }],
  [{ a: null }, { a: {} }],
  [{ a: { x: 1 } }, { a: { x: 1, y: 1 } }],
  [{ a: { x: 1 } }, { a: { y: 1 } }],
  [{ a: '1' }, { a: 1 }],
])('knows %j and %j as different', (local, remote) => {
  expect(merge({}, local, remote, { onClash: 'defer' })).toEqual({ kind: 'defer' });
});

test('a field that both changed is a clash, which the option decides', () => {
  const [base, local, remote] = [
    { a: 1, b: 1 },
    { a: 2, b: 1 },
    { a: 3, b: 3 },
  ];
  expect(merge(base, local, remote)).toEqual(merged({ a: 2, b: 3 }));
  expect(merge(base, local, remote, { onClash: 'remote' })).toEqual(merged({ a: 3, b: 3 }));
  expect(merge(base, local, remote, { onClash: 'defer' })).toEqual({ kind: 'defer' });
});

test('a field that one changed and the other removed is a clash as well', () => {
  const records: FieldMergeOptions = { payload: 'record' };
  expect(merge({ a: 1 }, {}, { a: 2 }, records)).toEqual(merged({}));
  expect(merge({ a: 1 }, {}, { a: 2 }, { ...records, onClash: 'remote' })).toEqual(merged({ a: 2 }));
});

test('what both changed alike is no clash', () => {
  expect(merge({ a: 1 }, { a: 2 }, { a: 2 }, { onClash: 'defer' })).toEqual(merged({ a: 2 }));
});

test('without a base, what both have and what differs is a clash', () => {
  expect(merge(undefined, { a: 1, b: 1, mine: 1 }, { a: 1, b: 2, theirs: 1 })).toEqual(
    merged({ a: 1, b: 1, mine: 1, theirs: 1 }),
  );
});

test.each([
  ['a text', 'x', { a: 1 }],
  ['a list', { a: 1 }, [1]],
  ['null', null, { a: 1 }],
  ['a deleted record', { a: 1 }, undefined],
])('a value that is no object is one clash as a whole: %s', (_, local, remote) => {
  expect(merge({}, local, remote)).toEqual({ kind: 'use-local' });
  expect(merge({}, local, remote, { onClash: 'remote' })).toEqual({ kind: 'use-remote' });
  expect(merge({}, local, remote, { onClash: 'defer' })).toEqual({ kind: 'defer' });
});

test('merges arrays that are sets: additions and removals of both sides', () => {
  const options: FieldMergeOptions = { sets: ['tags'], onClash: 'defer' };
  expect(
    merge({ tags: ['a', 'b', 'c'] }, { tags: ['a', 'c', 'mine'] }, { tags: ['b', 'c', 'theirs'] }, options),
  ).toEqual(merged({ tags: ['c', 'theirs', 'mine'] }));
  expect(merge({}, { tags: [{ id: 1 }] }, { tags: [{ id: 2 }, { id: 1 }] }, options)).toEqual(
    merged({ tags: [{ id: 2 }, { id: 1 }] }),
  );
});

test('a set that is no array on one side is a clash', () => {
  expect(merge({ tags: ['a'] }, { tags: 'x' }, { tags: ['b'] }, { sets: ['tags'] })).toEqual(
    merged({ tags: 'x' }),
  );
});

test('an array that is no set is one value', () => {
  expect(merge({ a: [1] }, { a: [1, 2] }, { a: [1, 3] })).toEqual(merged({ a: [1, 2] }));
});

test('__proto__ and constructor are fields like any other, and pollute nothing', () => {
  const local: unknown = JSON.parse('{"__proto__":{"polluted":1},"a":1}');
  const remote: unknown = JSON.parse('{"constructor":{"prototype":{"polluted":2}},"a":1}');
  const result = merge({ a: 1 }, local, remote);
  expect(JSON.stringify((result as { value: unknown }).value)).toBe(
    '{"constructor":{"prototype":{"polluted":2}},"a":1,"__proto__":{"polluted":1}}',
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(merge({}, { toString: 1 }, { a: 1 })).toEqual(merged({ toString: 1, a: 1 }));
});

test('asks the rule of a field that both sides changed, and of no other', () => {
  const asked: unknown[] = [];
  const rules = {
    stock: (sides: FieldSides) => {
      asked.push(sides);
      const { base, local, remote } = sides as Record<keyof FieldSides, number>;
      return { value: remote + local - base };
    },
    name: () => undefined,
  };
  const base = { stock: 10, name: 'a', note: 'x' };
  const resolution = merge(
    base,
    { stock: 7, name: 'b', note: 'y' },
    { stock: 8, name: 'c', note: 'x' },
    { rules },
  );
  expect(resolution).toEqual(merged({ stock: 5, name: 'b', note: 'y' }));
  expect(asked).toEqual([{ base: 10, local: 7, remote: 8 }]);
  expect(merge(base, { ...base, stock: 7 }, base, { rules })).toEqual(merged({ ...base, stock: 7 }));
  expect(merge(base, { ...base, name: 'b' }, { ...base, name: 'c' }, { rules, onClash: 'defer' })).toEqual({
    kind: 'defer',
  });
});

test('shows a rule a missing side as undefined, and takes no rule from the prototype', () => {
  const rules = { a: ({ base, local }: FieldSides) => ({ value: [base, local] }) };
  expect(merge({}, { a: 1 }, { a: 2 }, { rules })).toEqual(merged({ a: [undefined, 1] }));
  expect(merge({}, { toString: 1 }, { toString: 2 }, { rules })).toEqual(merged({ toString: 1 }));
});
