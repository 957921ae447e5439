/**
 * The same text in one piece. V8 keeps a text that was put together as a tree of its parts; in texts that stay in
 * memory by the hundred thousand, these trees cost the garbage collector more than all else. Reading one as a
 * number makes it flat: by `parseFloat`, since the optimiser drops a `Number` of which nothing comes.
 */
export function flat(text: string): string {
  parseFloat(text);
  return text;
}
