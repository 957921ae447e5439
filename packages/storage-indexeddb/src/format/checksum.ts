/** What a checksum may cover. `undefined` differs from an empty text. */
export type Checked = string | number | Uint8Array | undefined;

/**
 * A 32-bit checksum over values and their kinds, with the mixing of MurmurHash3 (Austin Appleby, 2011, public
 * domain). Damage of one 32-bit word is always noticed; any other goes unnoticed once in 2^32. It guards against
 * damage, not against forgery.
 */
export function checksumOf(...values: readonly Checked[]): number {
  let hash = 0;
  for (const value of values) {
    if (value === undefined) hash = mix(hash, 1);
    else if (typeof value === 'string') hash = mixText(mix(hash, 2), value);
    else if (typeof value === 'number') hash = mixText(mix(hash, 3), String(value));
    else hash = mixBytes(mix(hash, 4), value);
  }
  return finish(hash);
}

function mixText(start: number, text: string): number {
  const { length } = text;
  let hash = mix(start, length);
  let at = 0;
  for (; at + 1 < length; at += 2) hash = mix(hash, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  return at < length ? mix(hash, text.charCodeAt(at)) : hash;
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
  return (h ^ (h >>> 16)) >>> 0;
}
