import { finishMixing, mixBytes, mixText, mixWord } from '@cpc/sync-core/storage-kit';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';

const NULL = 0;
const NUMBER = 1;
const TEXT = 2;
const BYTES = 3;
const TWO_TO_32 = 2 ** 32;

const scratch = new DataView(new ArrayBuffer(8));

/** A 32-bit checksum over values and their types, with the mixing that `mixWord` describes. */
export function checksumOf(values: SqlRow, seed: number, from = 0, to = values.length): number {
  let hash = seed | 0;
  for (let at = from; at < to; at++) hash = mixValue(hash, values[at] as SqlValue);
  return finishMixing(hash);
}

function mixValue(hash: number, value: SqlValue): number {
  if (value === null) return mixWord(hash, NULL);
  if (typeof value === 'string') return mixText(mixWord(hash, TEXT), value);
  if (typeof value === 'number') return mixNumber(mixWord(hash, NUMBER), value);
  return mixBytes(mixWord(hash, BYTES), value);
}

function mixNumber(hash: number, value: number): number {
  const word = value | 0;
  if (word === value) return mixWord(mixWord(hash, word), word >> 31);
  if (Number.isSafeInteger(value)) return mixWord(mixWord(hash, word), Math.floor(value / TWO_TO_32));
  scratch.setFloat64(0, value);
  return mixWord(mixWord(mixWord(hash, 1), scratch.getInt32(0)), scratch.getInt32(4));
}
