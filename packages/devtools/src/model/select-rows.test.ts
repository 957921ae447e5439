import { expect, test } from '@jest/globals';
import type { OperationSummary } from '../source/inspector-source.js';
import { deadLettersByReason, lanesOf } from './groups.js';
import { EVERYTHING, selectRows, type Selection } from './select-rows.js';

const row = (sequence: number, more: Partial<OperationSummary> = {}): OperationSummary => ({
  id: `id-${sequence}`,
  kind: 'stall.sell',
  entity: undefined,
  principal: undefined,
  sequence,
  state: 'waiting',
  priority: 50,
  attempts: 0,
  createdAt: sequence * 10,
  dueAt: 0,
  failure: undefined,
  ...more,
});

const rows = [
  row(1, { entity: 'stalls/1', attempts: 3, createdAt: 500 }),
  row(2, { entity: 'stalls/2', state: 'deadLetter', failure: { code: 'SOLD_OUT', message: 'No.' } }),
  row(3, { entity: 'stalls/1', state: 'blocked', priority: 100 }),
  row(4, { kind: 'stall.pay', principal: 'Ada', state: 'deadLetter', failure: { code: 'OLD', message: '' } }),
  row(5, { state: 'deadLetter', failure: { code: 'SOLD_OUT', message: 'No.' } }),
];
const ids = (selection: Partial<Selection>): readonly number[] =>
  selectRows(rows, { ...EVERYTHING, ...selection }).map(({ sequence }) => sequence);

test.each([
  ['everything', {}, [1, 2, 3, 4, 5]],
  ['a state', { state: 'deadLetter' }, [2, 4, 5]],
  ['a priority', { priority: 100 }, [3]],
  ['an entity', { text: 'STALLS/1 ' }, [1, 3]],
  ['a person', { text: 'ada' }, [4]],
  ['a reason', { text: 'sold_out' }, [2, 5]],
  ['a state and a text', { state: 'blocked', text: 'stalls' }, [3]],
  ['the oldest first', { sort: 'oldest' }, [2, 3, 4, 5, 1]],
  ['the newest first', { sort: 'newest' }, [1, 5, 4, 3, 2]],
  ['the highest priority first', { sort: 'priority' }, [3, 1, 2, 4, 5]],
  ['the most attempts first', { sort: 'attempts' }, [1, 2, 3, 4, 5]],
] satisfies [string, Partial<Selection>, number[]][])('selects %s', (_title, selection, expected) => {
  expect(ids(selection)).toEqual(expected);
});

const names = (groups: ReturnType<typeof lanesOf>): unknown =>
  groups.map(({ name, operations }) => [name, operations.map(({ sequence }) => sequence)]);

test('lanes hold what waits for each entity, in order', () => {
  expect(names(lanesOf(rows))).toEqual([
    ['stalls/1', [1, 3]],
    ['stalls/2', [2]],
  ]);
});

test('dead letters are grouped by reason, the most frequent first', () => {
  expect(names(deadLettersByReason(rows))).toEqual([
    ['SOLD_OUT', [2, 5]],
    ['OLD', [4]],
  ]);
});
