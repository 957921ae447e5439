import { expect, test } from '@jest/globals';
import { btreeFields, pageBytesOf } from './btree-fields.mjs';

const PAGE_BYTES = 512;

/** A file of three pages: a root with one cell, and the two leaves that it leads to. */
function file() {
  const bytes = Buffer.alloc(3 * PAGE_BYTES);
  bytes.writeUInt16BE(PAGE_BYTES, 16);
  // The root, behind the file's header: an inner page of a table with one cell, at byte 500 of its page.
  bytes[100] = 5;
  bytes.writeUInt16BE(1, 103);
  bytes.writeUInt32BE(3, 108);
  bytes.writeUInt16BE(500, 112);
  bytes.writeUInt32BE(2, 500);
  bytes[504] = 7;
  for (const [page, cells] of [
    [2, 2],
    [3, 0],
  ]) {
    const start = (page - 1) * PAGE_BYTES;
    bytes[start] = 13;
    bytes.writeUInt16BE(cells, start + 3);
  }
  return bytes;
}

test('the fields of all pages are found from the root', () => {
  const found = btreeFields(file(), [1]).map(({ what, page, offset, bytes }) => [what, page, offset, bytes]);
  expect(found).toEqual([
    ['right-most child', 1, 108, 4],
    ['cell pointer', 1, 112, 2],
    ['child pointer', 1, 500, 4],
    ['key', 1, 504, 1],
    ['cell pointer', 2, 520, 2],
    ['cell pointer', 2, 522, 2],
  ]);
});

test('an index has no keys beside its cells', () => {
  const bytes = file();
  bytes[100] = 2;
  expect(btreeFields(bytes, [1]).map(({ what }) => what)).not.toContain('key');
});

test('a page that is none of a tree is refused', () => {
  expect(() => btreeFields(Buffer.alloc(2 * PAGE_BYTES).fill(1, 0, 20), [1])).toThrow('no page of a tree');
});

test('the largest page is written as 1', () => {
  const bytes = file();
  expect(pageBytesOf(bytes)).toBe(PAGE_BYTES);
  bytes.writeUInt16BE(1, 16);
  expect(pageBytesOf(bytes)).toBe(65_536);
});
