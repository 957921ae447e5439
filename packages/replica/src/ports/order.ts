/** Text in the order of its UTF-16 code units, as `Array.prototype.sort` has it. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
