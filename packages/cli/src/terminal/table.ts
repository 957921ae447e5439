import { escapeText } from './escape-text.js';
import { type Part, styled } from './printer.js';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Longer texts are cut. @defaultValue no bound */
  readonly max?: number;
}

/** Rows as lines with columns one below the other. The first line holds the titles, unless told otherwise. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { readonly titles?: boolean } = {},
): readonly (readonly Part[])[] {
  const { titles = true } = options;
  // Cut and padded by what will be seen, so escaped ahead of the printer, to which escaped text is plain text.
  const cells = rows.map((row) => row.map((text, at) => cut(escapeText(text), columns[at]?.max)));
  const widths = columns.map(({ title }, at) =>
    Math.max(titles ? title.length : 0, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]): string =>
    row
      .map((text, at) => {
        const width = widths[at] ?? 0;
        return columns[at]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const head = titles ? [[styled('dim', lineOf(columns.map(({ title }) => title)))]] : [];
  return [...head, ...cells.map((row) => [lineOf(row)])];
}

function cut(text: string, max = Infinity): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
