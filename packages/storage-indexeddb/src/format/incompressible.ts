/**
 * Bytes that say nothing and that no browser can compress, the same on every device: xorshift numbers (Marsaglia,
 * "Xorshift RNGs", 2003). `bytes` is a multiple of 4.
 */
export function incompressible(bytes: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(bytes / 4);
  let state = 0x9e3779b9 + seed;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer);
}
