/**
 * Ways to write over a field by which pages lead to each other.
 *
 * @type {readonly { what: string, write: (bytes: Buffer, field: import('./btree-fields.mjs').Field,
 *   play: { fields: readonly import('./btree-fields.mjs').Field[], randomInteger: (below: number) => number }) => void }[]}
 */
export const OVERWRITES = [
  {
    what: 'a flipped bit',
    write: (bytes, { offset, bytes: length }, { randomInteger }) => {
      bytes[offset + randomInteger(length)] ^= 1 << randomInteger(8);
    },
  },
  { what: 'zeros', write: (bytes, { offset, bytes: length }) => bytes.fill(0, offset, offset + length) },
  { what: 'ones', write: (bytes, { offset, bytes: length }) => bytes.fill(255, offset, offset + length) },
  { what: 'the page itself', write: (bytes, field) => put(bytes, field, field.page) },
  {
    what: 'what another one says',
    write: (bytes, field, { fields, randomInteger }) => {
      const alike = fields.filter(({ what, offset }) => what === field.what && offset !== field.offset);
      const { offset, bytes: length } = alike[randomInteger(alike.length)] ?? field;
      bytes.copy(bytes, field.offset, offset, offset + length);
    },
  },
];

function put(bytes, { offset, bytes: length }, value) {
  bytes.writeUIntBE(value % 256 ** length, offset, length);
}
