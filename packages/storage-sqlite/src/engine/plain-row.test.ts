import { expect, test } from '@jest/globals';
import type { SqlValue } from '../drivers/sqlite-driver.js';
import { ROW_COLUMNS } from './columns.js';
import { isPlain, PLAIN, PLAIN_PLACES, plainValues, rowOfPlain } from './plain-row.js';

const ROW = rowOfPlain(PLAIN.names.map((name) => `the ${name}`));

test('a plain row is whole again after it was written and read', () => {
  expect(ROW).toHaveLength(ROW_COLUMNS.length);
  expect(isPlain(ROW)).toBe(true);
  expect(rowOfPlain(plainValues(ROW))).toEqual(ROW);
  expect(ROW[ROW_COLUMNS.indexOf('checksum')]).toBe('the checksum');
});

test('a row is not plain as soon as one of the other columns holds something', () => {
  for (const [at, name] of ROW_COLUMNS.entries()) {
    if (PLAIN.names.includes(name)) continue;
    const unused = ROW[at] as SqlValue;
    for (const value of [unused === null ? 0 : null, 1, '0']) {
      expect([name, value, isPlain(ROW.map((old, index) => (index === at ? value : old)))]).toEqual([
        name,
        value,
        false,
      ]);
    }
  }
});

test('a statement that inserts one has a value or a literal for each column', () => {
  expect(PLAIN_PLACES.filter((place) => place === '?')).toHaveLength(PLAIN.names.length);
  expect(PLAIN_PLACES).toHaveLength(ROW_COLUMNS.length);
});
