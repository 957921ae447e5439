import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';

const NULL = 0;
const NUMBER = 1;
const TEXT = 2;
const BYTES = 3;
const TWO_TO_32 = 2 ** 32;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * A 32-bit checksum over values and their types: the mixing of MurmurHash3 (Austin Appleby, 2011), which is
 * public domain. Each step is a bijection of the state and of the input word, so any change that leaves the
 * number of words alone and alters one of them always changes the result; every other change goes unnoticed
 * once in 2^32. It guards against damage, not against forgery.
 */
export function checksumOf(values: SqlRow, seed: number, from = 0, to = values.length): number {
  let hash = seed | 0;
  for (let at = from; at < to; at++) hash = mixValue(hash, values[at] as SqlValue);
  return finish(hash);
}

function mixValue(hash: number, value: SqlValue): number {
  if (value === null) return mix(hash, NULL);
  if (typeof value === 'string') return mixText(mix(hash, TEXT), value);
  if (typeof value === 'number') return mixNumber(mix(hash, NUMBER), value);
  return mixBytes(mix(hash, BYTES), value);
}

function mixText(start: number, text: string): number {
  const { length } = text;
  let hash = mix(start, length);
  let at = 0;
  for (; at + 1 < length; at += 2) hash = mix(hash, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  return at < length ? mix(hash, text.charCodeAt(at)) : hash;
}

function mixNumber(hash: number, value: number): number {
  if (Number.isSafeInteger(value)) return mix(mix(hash, value | 0), Math.floor(value / TWO_TO_32));
  scratch.setFloat64(0, value);
  return mix(mix(mix(hash, 1), scratch.getInt32(0)), scratch.getInt32(4));
}

function mixBytes(start: number, bytes: Uint8Array): number {
  let hash = mix(start, bytes.length);
  for (const byte of bytes) hash = mix(hash, byte);
  return hash;
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
