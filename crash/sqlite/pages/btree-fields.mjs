// Where the numbers stand by which the pages of an SQLite file lead to each other and to what they hold, see
// https://sqlite.org/fileformat2.html#b_tree_pages

/**
 * @typedef {object} Field
 * @property {'child pointer' | 'right-most child' | 'key' | 'cell pointer'} what
 * @property {number} page from 1
 * @property {boolean} isLeaf
 * @property {number} offset of its first byte in the file
 * @property {2 | 4 | 1} bytes
 *
 * @typedef {object} Page
 * @property {number} type
 * @property {number} start of the page in the file
 * @property {number} cellsAt where the cell pointers begin
 * @property {number} cells
 */

const FILE_HEADER_BYTES = 100;
const INNER_INDEX = 2;
const INNER_TABLE = 5;
const LEAVES = [10, 13];
const INNER_HEADER_BYTES = 12;
const LEAF_HEADER_BYTES = 8;

/** @param {Buffer} bytes of a whole file */
export function pageBytesOf(bytes) {
  const written = bytes.readUInt16BE(16);
  return written === 1 ? 65_536 : written;
}

/**
 * All such fields of the trees with these roots.
 *
 * @param {Buffer} bytes of a whole file, in order
 * @param {readonly number[]} roots
 * @returns {Field[]}
 */
export function btreeFields(bytes, roots) {
  const fields = [];
  const open = [...roots];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    const found = fieldsOf(bytes, page);
    fields.push(...found);
    for (const { what, offset } of found) {
      if (what === 'child pointer' || what === 'right-most child') open.push(bytes.readUInt32BE(offset));
    }
  }
  return fields;
}

/** @returns {Field[]} */
function fieldsOf(bytes, number) {
  const page = pageAt(bytes, number);
  const isLeaf = LEAVES.includes(page.type);
  const field = (what, offset, length) => ({ what, page: number, isLeaf, offset, bytes: length });
  const fields = isLeaf ? [] : [field('right-most child', page.cellsAt - 4, 4)];
  for (let cell = 0; cell < page.cells; cell++) {
    const pointer = page.cellsAt + 2 * cell;
    fields.push(field('cell pointer', pointer, 2));
    if (isLeaf) continue;
    const at = page.start + bytes.readUInt16BE(pointer);
    fields.push(field('child pointer', at, 4));
    if (page.type === INNER_TABLE) fields.push(field('key', at + 4, 1));
  }
  return fields;
}

/** @returns {Page} */
function pageAt(bytes, number) {
  const start = (number - 1) * pageBytesOf(bytes);
  // The first page begins with the file's header.
  const header = number === 1 ? FILE_HEADER_BYTES : start;
  const type = bytes[header];
  const isInner = type === INNER_INDEX || type === INNER_TABLE;
  if (!isInner && !LEAVES.includes(type)) throw new Error(`page ${number} is no page of a tree`);
  const cellsAt = header + (isInner ? INNER_HEADER_BYTES : LEAF_HEADER_BYTES);
  return { type, start, cellsAt, cells: bytes.readUInt16BE(header + 3) };
}
