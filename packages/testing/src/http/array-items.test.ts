import { expect, test } from '@jest/globals';
import { arrayItems } from './array-items.js';

test('gives the items as they stand in the text', () => {
  expect(arrayItems('[{"a":1.0}, [2,3] ,"x,]\\"{",{"b":[{"c":","}]}]')).toEqual([
    '{"a":1.0}',
    '[2,3]',
    '"x,]\\"{"',
    '{"b":[{"c":","}]}',
  ]);
});

test('an empty array has no items, and what is no array has none to give', () => {
  expect(arrayItems(' [ ] ')).toEqual([]);
  expect(arrayItems('{"a":[1]}')).toBeUndefined();
  expect(arrayItems('')).toBeUndefined();
});
