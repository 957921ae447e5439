import { expect, test } from '@jest/globals';
import type { NewOperation } from '@cpc/sync-core';
import { COLUMNS, type ColumnName, columnsOf, ROW_COLUMNS } from './columns.js';
import { operationOf, rowValues, storedOf } from './operation-row.js';
import { plainSeal } from './payload-seal.js';
import type { Place } from './place.js';
import { placedFromRow, placedOf } from './place-row.js';
import { isIntact } from './row-checksum.js';
import { PLACED } from './selection.js';

/** An operation that uses every column, each with a value of its own. */
const operation: NewOperation = {
  id: 'an id',
  kind: 'a kind',
  entity: 'an entity',
  principal: 'a principal',
  payload: '"a payload"',
  priority: 61,
  rank: 62,
  version: 63,
  dependsOn: ['another id'],
  references: [{ path: '/of', id: 'a temporary id' }],
  coalesces: true,
  createdAt: 64,
  scheduledAt: 65,
  expiresAt: 66,
  timestamp: 'a timestamp',
  baseVersion: 'a version',
  base: '"a base"',
  conflictRounds: 67,
};
const place: Place = {
  attempts: 71,
  attempted: true,
  hold: 2,
  dueAt: 72,
  delayMs: 73,
  ahead: 74,
  waits: 75,
  weight: 76,
  boost: 77,
  ready: 78,
  due: 79,
};
const failure = { code: 'REJECTED' as const, message: 'no' };
const history = [{ startedAt: 1, durationMs: 2, outcome: 'rejected' as const }];
const row = rowValues({ sequence: 5, operation, seal: plainSeal }, place, { history, failure });

test('each column holds what it is declared to hold, once', () => {
  expect(row).toHaveLength(ROW_COLUMNS.length);
  const own = row.slice(0, -1);
  expect(own).not.toContain(null);
  // 1 stands for two flags; everything else is different.
  expect(new Set(own).size).toBe(own.length - 1);
  expect(columnsOf('content').length + columnsOf('record').length + columnsOf('place').length).toBe(
    own.length,
  );
});

test('what was written is read', () => {
  expect(isIntact(row)).toBe(true);
  expect(operationOf(row, plainSeal)).toEqual(operation);
  expect(storedOf(row, undefined, plainSeal)).toMatchObject({
    sequence: 5,
    attempts: 71,
    attempted: true,
    history,
    failure,
  });
  const { id, entity, principal, priority, rank } = operation;
  const placed = { sequence: 5, id, entity, principal, priority, rank, place, checksum: row.at(-1) };
  expect(placedFromRow(row)).toEqual(placed);
  expect(placedOf(PLACED.names.map((name) => row[ROW_COLUMNS.indexOf(name)]!))).toEqual(placed);
});

test('no column can be altered without the checksum', () => {
  for (const [at, name] of ROW_COLUMNS.entries()) {
    for (const value of [null, 0, 1, 2 ** 53, 'x']) {
      if (value === row[at]) continue;
      const altered = row.map((old, index) => (index === at ? value : old));
      expect([name, value, isIntact(altered)]).toEqual([name, value, false]);
    }
  }
});

test('a column that is unused says so by a value of its type', () => {
  const unused = (Object.keys(COLUMNS) as ColumnName[]).filter(
    (name) => name !== 'checksum' && 'unused' in COLUMNS[name],
  );
  expect(unused).toHaveLength(17);
  const bare = rowValues(
    {
      sequence: 1,
      operation: {
        ...operation,
        dependsOn: [],
        references: [],
        coalesces: false,
        conflictRounds: 0,
        expiresAt: undefined!,
        baseVersion: undefined!,
        base: undefined!,
      },
      seal: plainSeal,
    },
    {
      ...place,
      attempts: 0,
      attempted: false,
      hold: 0,
      dueAt: 0,
      delayMs: 0,
      waits: 0,
      boost: null,
      due: null,
    },
    { history: [], failure: undefined },
  );
  for (const name of unused)
    expect([name, bare[ROW_COLUMNS.indexOf(name)]]).toEqual([
      name,
      (COLUMNS as Record<string, { unused?: unknown }>)[name]?.unused,
    ]);
});
