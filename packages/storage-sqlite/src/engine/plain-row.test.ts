import { expect, test } from '@jest/globals';
import type { SqlValue } from '../drivers/sqlite-driver.js';
import { isPlain, PLAIN_COLUMNS, PLAIN_PLACES, plainValues, rowOfPlain } from './plain-row.js';
import { ROW_COLUMNS } from './row-columns.js';

const PLAIN = rowOfPlain(PLAIN_COLUMNS.map((name) => `the ${name}`));

test('a plain row is whole again after it was written and read', () => {
  expect(PLAIN).toHaveLength(ROW_COLUMNS.length);
  expect(isPlain(PLAIN)).toBe(true);
  expect(rowOfPlain(plainValues(PLAIN))).toEqual(PLAIN);
  expect(PLAIN[ROW_COLUMNS.indexOf('checksum')]).toBe('the checksum');
});

test('a row is not plain as soon as one of the other columns holds something', () => {
  for (const [at, name] of ROW_COLUMNS.entries()) {
    if ((PLAIN_COLUMNS as readonly string[]).includes(name)) continue;
    const unused = PLAIN[at] as SqlValue;
    for (const value of [unused === null ? 0 : null, 1, '0']) {
      expect([name, value, isPlain(PLAIN.map((old, index) => (index === at ? value : old)))]).toEqual([
        name,
        value,
        false,
      ]);
    }
  }
});

test('a statement that inserts one has a value or a literal for each column', () => {
  expect(PLAIN_PLACES.filter((place) => place === '?')).toHaveLength(PLAIN_COLUMNS.length);
  expect(PLAIN_PLACES).toHaveLength(ROW_COLUMNS.length);
});
