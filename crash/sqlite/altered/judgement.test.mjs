import { expect, test } from '@jest/globals';
import { bodyOf } from './body.mjs';
import { Known } from './judgement.mjs';

const operation = (id, n, more = {}) => ({
  id,
  kind: 'k',
  entity: 'lane',
  principal: 'ada',
  version: 1,
  timestamp: 't',
  createdAt: 1,
  dependsOn: [],
  references: [],
  payload: JSON.stringify({ n }),
  ...more,
});
const OPERATIONS = [
  operation('a', 1),
  operation('b', 2),
  operation('other', 1, { entity: 'other', dependsOn: ['a'] }),
  operation('held', 1, { entity: 'held' }),
];
const effect = (id) => {
  const one = OPERATIONS.find((known) => known.id === id);
  return [id, bodyOf(one, one.payload)];
};
const found = (ids, more = {}) => ({
  effects: ids.map(effect),
  left: [['held', 'parked']],
  aside: [],
  parked: [],
  told: [],
  bare: [],
  doubled: [],
  isOver: false,
  ...more,
});
const known = new Known(OPERATIONS, found(['a', 'b', 'other']));
const row = (id) => ({ table: 'operations', id });
const clean = { lost: [], doubled: [], outOfOrder: [] };

test('a copy in which all arrives is clean, and so is one whose altered row was put aside', () => {
  expect(known.judge(found(['a', 'b', 'other']), row('a'))).toEqual(clean);
  expect(known.judge(found(['b', 'other'], { aside: ['a'] }), row('a'))).toEqual(clean);
  expect(known.judge(found(['a', 'b', 'other'], { left: [], aside: ['held'] }), row('held'))).toEqual(clean);
});

test.each([
  [
    'an altered one is sent',
    'doubled',
    found(['a', 'b', 'other'], { effects: [['a', '{}'], effect('b'), effect('other')] }),
  ],
  ['what is held is sent', 'doubled', found(['a', 'b', 'other', 'held'])],
  ['one is missing, and nobody was told', 'lost', found(['b', 'other'])],
  ['another one than the altered is put aside', 'lost', found(['a', 'other'], { aside: ['b'] })],
  ['what is held is gone', 'lost', found(['a', 'b', 'other'], { left: [] })],
  ['the file is refused for one row', 'lost', found([], { told: ['open: STORAGE_DAMAGED'] })],
  ['an error has no code', 'lost', found(['a', 'b', 'other'], { bare: ['TypeError'] })],
  ['it has no end', 'lost', found(['a', 'b', 'other'], { isOver: true })],
  ['one overtakes another of its lane', 'outOfOrder', found(['b', 'a', 'other'])],
  ['one overtakes what it waits for', 'outOfOrder', found(['other', 'a', 'b'])],
])('%s: %s', (_what, kind, copy) => {
  expect(known.judge(copy, row('a'))[kind].length).toBeGreaterThan(0);
});

test('a format that is refused with a word is told', () => {
  expect(known.judge(found([], { told: ['open: STORAGE_FORMAT_NEWER'] }), { table: 'formats' })).toEqual(
    clean,
  );
});
