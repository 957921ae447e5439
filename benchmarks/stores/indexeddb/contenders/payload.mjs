/** About 200 bytes, as a till's line or a setting would have. */
export function payload(n) {
  return { n, at: 1_700_000_000_000 + n, text: 'A change that somebody made on the way. '.repeat(4) };
}
