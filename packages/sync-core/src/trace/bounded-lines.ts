import { utf8Length } from '../operation/exact-json.js';

/** The latest lines of a text that must not grow: the oldest ones go first. */
export class BoundedLines {
  readonly #maxBytes: number;
  #lines: { readonly text: string; readonly bytes: number }[] = [];
  #head = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many lines went. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param text - without its line feed */
  add(text: string): void {
    const bytes = utf8Length(text) + 1;
    this.#lines.push({ text, bytes });
    this.#bytes += bytes;
    for (
      let line = this.#lines[this.#head];
      this.#bytes > this.#maxBytes && line;
      line = this.#lines[this.#head]
    ) {
      this.#bytes -= line.bytes;
      this.#head++;
      this.#dropped++;
    }
    // Now and then, so that dropping one line does not move all others.
    if (this.#head > 1000 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
  }

  *[Symbol.iterator](): Iterator<string> {
    for (let at = this.#head; at < this.#lines.length; at++) yield (this.#lines[at] as { text: string }).text;
  }
}
