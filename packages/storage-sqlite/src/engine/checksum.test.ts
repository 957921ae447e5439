import { expect, test } from '@jest/globals';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';

const ROW: SqlRow = [
  7,
  'a-kind',
  null,
  '{"text":"grüße 👋"}',
  1_700_000_000_123,
  -5,
  0.5,
  new Uint8Array([1, 2, 255]),
];
const INTACT = checksumOf(ROW, 1);

function withValue(at: number, value: SqlValue): SqlRow {
  return ROW.map((old, index) => (index === at ? value : old));
}

test('every flipped bit of a text, a number and bytes changes the checksum', () => {
  for (const [at, value] of ROW.entries()) {
    for (const changed of flips(value)) expect(checksumOf(withValue(at, changed), 1)).not.toBe(INTACT);
  }
});

test('the type counts, and so do the place and the number of the values', () => {
  expect(checksumOf(withValue(0, '7'), 1)).not.toBe(INTACT);
  expect(checksumOf(withValue(2, ''), 1)).not.toBe(INTACT);
  expect(checksumOf(['ab', 'c'], 1)).not.toBe(checksumOf(['a', 'bc'], 1));
  expect(checksumOf(['a', 'b'], 1)).not.toBe(checksumOf(['b', 'a'], 1));
  expect(checksumOf([null], 1)).not.toBe(checksumOf([null, null], 1));
  expect(checksumOf(ROW, 2)).not.toBe(INTACT);
});

test('a part of a row has the checksum of its values alone', () => {
  expect(checksumOf(ROW, 1, 1, 4)).toBe(checksumOf(ROW.slice(1, 4), 1));
});

function* flips(value: SqlValue): Iterable<SqlValue> {
  if (value instanceof Uint8Array) {
    for (let bit = 0; bit < value.length * 8; bit++) {
      yield value.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    }
  } else if (typeof value === 'string') {
    // As SQLite gives it back: the bytes that are no longer UTF-8 become replacement characters.
    const bytes = new TextEncoder().encode(value);
    for (const flipped of flips(bytes)) yield new TextDecoder().decode(flipped as Uint8Array);
  } else if (typeof value === 'number') {
    for (let bit = 0; bit < 53; bit++)
      yield Number(BigInt.asIntN(64, BigInt(Math.trunc(value)) ^ (1n << BigInt(bit))));
  }
}
