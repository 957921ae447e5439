import { escapeText, toSafeJson } from './escape-text.js';

/** A stream that text is written to: standard output and error. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, written: (error?: Error | null) => void): boolean;
}

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' } as const;
export type Style = keyof typeof CODES;

/** Text with a look, where the terminal has looks. */
export interface Styled {
  readonly style: Style;
  readonly text: string;
}
export type Part = string | Styled;

export function styled(style: Style, text: string): Styled {
  return { style, text };
}

/**
 * Writes lines. All text is escaped here and nowhere else, so that nothing that an operation, a server or a file
 * name holds reaches the terminal as it is.
 */
export class Printer {
  readonly #sink: Sink;
  readonly #hasColor: boolean;

  constructor(sink: Sink, env: Readonly<Record<string, string | undefined>>) {
    this.#sink = sink;
    // See https://no-color.org: any value that is not empty.
    this.#hasColor = sink.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  }

  get isTerminal(): boolean {
    return this.#sink.isTTY === true;
  }

  /** One line. Resolves when the reader has room for more; rejects where there is none any more. */
  line(...parts: readonly Part[]): Promise<void> {
    return this.#write(`${this.render(parts)}\n`);
  }

  /** Many lines in one go. */
  lines(lines: readonly (readonly Part[])[]): Promise<void> {
    return lines.length === 0
      ? Promise.resolve()
      : this.#write(lines.map((parts) => `${this.render(parts)}\n`).join(''));
  }

  /** A value as one document of JSON; indented where a person reads it. */
  json(value: unknown): Promise<void> {
    return this.#write(`${toSafeJson(value, this.isTerminal ? 2 : undefined)}\n`);
  }

  /** Text that is harmless already: JSON of {@link toSafeJson}. */
  harmless(text: string): Promise<void> {
    return this.#write(text);
  }

  /** Takes the place of the line that the terminal's cursor is in. */
  status(text: string): Promise<void> {
    return this.#write(`\r\u001b[2K${escapeText(text)}`);
  }

  render(parts: readonly Part[]): string {
    return parts
      .map((part) => {
        if (typeof part === 'string') return escapeText(part);
        const text = escapeText(part.text);
        return this.#hasColor ? `\u001b[${CODES[part.style]}m${text}\u001b[0m` : text;
      })
      .join('');
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sink.write(text, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
