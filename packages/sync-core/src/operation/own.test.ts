import { expect, test } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { frozenCopy, frozenList, ownCopy } from './own.js';

test('an own copy shares nothing with what it was made of', () => {
  const value = {
    list: [{ n: 1 }],
    nothing: null,
    text: 'a',
    other: runInNewContext('({ a: [1] })') as object,
  };
  const copy = ownCopy(value) as typeof value;
  expect(copy).toEqual(value);
  value.list[0]!.n = 2;
  expect(copy.list[0]!.n).toBe(1);
  expect(ownCopy(undefined)).toBeUndefined();
});

test('an own copy of a cycle ends', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(() => ownCopy(cycle)).toThrow(/64 levels of nesting, or a cycle/);
});

test('an own copy keeps __proto__ a key', () => {
  const copy = ownCopy(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
  expect(Object.keys(copy)).toEqual(['__proto__']);
  expect('polluted' in copy).toBe(false);
});

test('a frozen copy can be changed at no depth, and leads to nothing of its source', () => {
  const source = { failure: { details: { value: [1] } }, bytes: new Uint8Array([1]), at: new Date(0) };
  const copy = frozenCopy(source);
  expect(() => copy.failure.details.value.push(2)).toThrow(TypeError);
  expect(() => Object.assign(copy.failure, { code: 'x' })).toThrow(TypeError);
  copy.bytes[0] = 9;
  expect(source.bytes[0]).toBe(1);
  expect(copy.at).toBe(source.at);
  expect(Object.keys(frozenCopy(JSON.parse('{"__proto__":1}')) as object)).toEqual(['__proto__']);
});

test('a frozen copy of a cycle ends', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(Object.isFrozen(frozenCopy(cycle))).toBe(true);
});

test('a list that is frozen is passed on as it is', () => {
  const frozen = Object.freeze(['a']);
  expect(frozenList(frozen)).toBe(frozen);
  expect(frozenList(['a'])).toEqual(['a']);
  expect(frozenList([])).toBe(frozenList([]));
});
