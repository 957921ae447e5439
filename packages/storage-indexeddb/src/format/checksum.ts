import { finishMixing, mixBytes, mixText, mixWord } from '@cpc/sync-core/storage-kit';

/** What a checksum may cover. `undefined` differs from an empty text. */
export type Checked = string | number | Uint8Array | undefined;

/** A 32-bit checksum over values and their kinds, with the mixing that `mixWord` describes. */
export function checksumOf(...values: readonly Checked[]): number {
  let hash = 0;
  for (const value of values) {
    if (value === undefined) hash = mixWord(hash, 1);
    else if (typeof value === 'string') hash = mixText(mixWord(hash, 2), value);
    else if (typeof value === 'number') hash = mixText(mixWord(hash, 3), String(value));
    else hash = mixBytes(mixWord(hash, 4), value);
  }
  return finishMixing(hash) >>> 0;
}
