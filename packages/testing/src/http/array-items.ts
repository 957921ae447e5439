/**
 * The texts of a JSON array's items, as they stand there: parsing and writing them again would hide a change of
 * bytes. The text must be valid JSON.
 *
 * @returns `undefined` where the text is not an array
 */
export function arrayItems(text: string): readonly string[] | undefined {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  // A string, whole, so that brackets and commas inside of it do not count; or one character that does.
  for (const { 0: token, index } of inner.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gs)) {
    if (token === '[' || token === '{') depth++;
    if (token === ']' || token === '}') depth--;
    if (token !== ',' || depth > 0) continue;
    items.push(inner.slice(start, index).trim());
    start = index + 1;
  }
  const last = inner.slice(start).trim();
  return last === '' ? items : [...items, last];
}
