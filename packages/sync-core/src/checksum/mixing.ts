/**
 * The mixing of MurmurHash3 (Austin Appleby, 2011), which is public domain: the one that every storage's checksums
 * are made of. Each step is a bijection of the state and of the input word, so any change that leaves the number
 * of words alone and alters one of them always changes the result; every other change goes unnoticed once in 2^32.
 * It guards against damage, not against forgery.
 *
 * What a storage mixes, in which order and from which seed, is its format; this must never change.
 */
export function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

/** The length, then the text's units, two in a word. */
export function mixText(start: number, text: string): number {
  const { length } = text;
  let hash = mixWord(start, length);
  let at = 0;
  for (; at + 1 < length; at += 2)
    hash = mixWord(hash, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  return at < length ? mixWord(hash, text.charCodeAt(at)) : hash;
}

/** The length, then each byte as a word. */
export function mixBytes(start: number, bytes: Uint8Array): number {
  let hash = mixWord(start, bytes.length);
  for (const byte of bytes) hash = mixWord(hash, byte);
  return hash;
}

/** The last step, which lets every bit of the state reach every bit of the result: a signed 32-bit number. */
export function finishMixing(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
