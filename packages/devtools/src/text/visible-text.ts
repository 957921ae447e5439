/**
 * Characters that change what other text looks like without being seen themselves: control characters, marks of
 * direction, invisible joiners, lone surrogates.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text as it is, with every unseen character written out as `\n` or `⟨U+202E⟩`, so that nothing in an id, a payload
 * or a server's message can pass for something else.
 *
 * @param maxLength - longer text is cut and says so
 */
export function visibleText(text: string, maxLength = 2000): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text;
  return cut.replace(UNSEEN, (character) => NAMES[character] ?? codePointName(character));
}

function codePointName(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `⟨U+${hex}⟩`;
}
