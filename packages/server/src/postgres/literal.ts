/**
 * A text as a literal of SQL, safe whatever `standard_conforming_strings` says. Only several statements in one
 * text need it, since a driver sends values only beside a single one.
 *
 * @throws TypeError where the text holds a NUL, which no text of PostgreSQL can
 */
export function literal(text: string): string {
  if (text.includes('\0')) throw new TypeError('PostgreSQL holds no text with a NUL');
  const doubled = text.replaceAll("'", "''");
  return doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** Texts as an array of SQL; `null` stays one. */
export function textArray(texts: readonly (string | null)[]): string {
  return `ARRAY[${texts.map((text) => (text === null ? 'NULL' : literal(text))).join(',')}]::text[]`;
}
