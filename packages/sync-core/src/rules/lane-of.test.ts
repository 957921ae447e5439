import { expect, test } from '@jest/globals';
import { laneOf } from './lane-of.js';

test('operations share a lane when both their entity and their principal are the same, and only then', () => {
  const names = [undefined, 'a', 'aa', '1', '1:', '1:a', '\u0000', '\u0000:a', '\u00001:a', ''];
  const pairs = names.flatMap((principal) =>
    names.filter((entity) => entity !== undefined).map((entity) => ({ principal, entity })),
  );
  expect(new Set(pairs.map(laneOf)).size).toBe(pairs.length);
  expect(pairs.map(laneOf)).toEqual(pairs.map((pair) => laneOf({ ...pair })));
});

test('an operation without an entity is a lane of its own', () => {
  expect([laneOf({}), laneOf({ principal: 'ann' }), laneOf({ entity: null })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
