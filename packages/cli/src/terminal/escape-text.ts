/**
 * What a terminal might obey, or a reader be deceived by: control characters, lone surrogates, line separators, and
 * all format characters of Unicode (category Cf), among them the bidirectional marks, which reorder what stands
 * around them, and the zero-width and tag characters, which hide.
 */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text as one line of harmless characters. A backslash of the text's own stays as it is: this is for eyes alone. */
export function escapeText(text: string): string {
  return text.replace(HOSTILE, (found) => SHORT[found] ?? `\\u{${codeOf(found).toString(16)}}`);
}

/** JSON on one line, or with `indent`, of harmless characters; it reads back as the same value. */
export function toSafeJson(value: unknown, indent?: number): string {
  // Outside of texts JSON holds nothing hostile but the line feeds of the indentation.
  return JSON.stringify(value, undefined, indent).replace(HOSTILE, (found) =>
    found === '\n' ? found : unicodeEscape(found),
  );
}

function unicodeEscape(found: string): string {
  return Array.from({ length: found.length }, (_, at) => {
    return `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}

function codeOf(found: string): number {
  return found.codePointAt(0) ?? 0;
}
