/**
 * @typedef {null | bigint | number | string | Uint8Array} SqlValue
 * @typedef {object} Alteration
 * @property {string} what
 * @property {(value: SqlValue, play: { others: readonly SqlValue[], randomInteger: (below: number) => number }) => SqlValue | undefined} to
 * what a value becomes; `undefined` where there is no such value
 */

const constant = (what, value) => ({ what, to: () => value });

/** @type {readonly Alteration[]} what becomes of a value, each as a disk, a program or a person would have it. */
export const ALTERATIONS = [
  constant('nothing', null),
  constant('a text', 'x'),
  constant('bytes', new Uint8Array([0, 255])),
  constant('zero', 0n),
  constant('a negative number', -4n),
  constant('2^53 - 1', 2n ** 53n - 1n),
  constant('2^63 - 1', 2n ** 63n - 1n),
  constant('the year 9999', 253_402_300_799_000n),
  { what: 'one more', to: (value) => (typeof value === 'bigint' ? value + 1n : 17n) },
  { what: 'a flipped bit', to: flipped },
  { what: 'the value of another row', to: ofAnother },
];

function flipped(value, { randomInteger }) {
  // Not the sign, which has its own line above.
  if (typeof value === 'bigint') return value ^ (1n << BigInt(randomInteger(62)));
  if (typeof value === 'string' && value !== '') {
    const at = randomInteger(value.length);
    // The lower bits, so that what is ASCII stays a text.
    const unit = value.charCodeAt(at) ^ (1 << randomInteger(5));
    return value.slice(0, at) + String.fromCharCode(unit) + value.slice(at + 1);
  }
  if (value instanceof Uint8Array && value.length > 0) {
    const copy = Uint8Array.from(value);
    copy[randomInteger(copy.length)] ^= 1 << randomInteger(8);
    return copy;
  }
  return undefined;
}

function ofAnother(value, { others, randomInteger }) {
  const different = others.filter((other) => !isSame(other, value));
  return different[randomInteger(different.length)];
}

/** Whether two values of SQLite are one, by their types too. */
export function isSame(a, b) {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
