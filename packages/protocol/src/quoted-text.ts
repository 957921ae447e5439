/** A text as a structured-field string (RFC 9651, section 3.3.3): printable ASCII in quotes. */
export function structuredString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

const STRING = '"((?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\])*)"';
/** RFC 9651, section 3.3: a string, a token or date, a byte sequence, a boolean or a number. */
const BARE_ITEM = `(?:"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\])*"|[A-Za-z*][\\w!#$%&'*+.^\`|~:/-]*|:[A-Za-z0-9+/=]*:|\\?[01]|@?-?\\d{1,15}(?:\\.\\d{1,3})?)`;
const PARAMETER = `; *[a-z*][a-z0-9_.*-]*(?:=${BARE_ITEM})?`;
const STRUCTURED_STRING = new RegExp(`^ *${STRING}(?:${PARAMETER})* *$`);

/**
 * Reads an HTTP structured-field string (RFC 9651, section 4.2.5), as `Idempotency-Key` is one.
 *
 * Parameters behind it are ignored, since a later version of a field may add some (section 2, and the draft of
 * `Idempotency-Key` defines none).
 *
 * @returns `undefined` where it is not exactly one string
 */
export function parseStructuredString(field: string): string | undefined {
  const match = STRUCTURED_STRING.exec(field);
  return match?.[1]?.replace(/\\(["\\])/g, '$1');
}

/**
 * A record's version as a strong entity tag (RFC 9110, section 8.8.3). What may not stand in one, such as a space, a
 * quote or a letter beyond ASCII, is percent-encoded, and so is the percent sign itself.
 */
export function entityTag(version: string): string {
  return `"${version.replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent)}"`;
}

/**
 * Reads a strong entity tag; lists, weak tags and `*` are not part of the protocol.
 *
 * @returns the version that {@link entityTag} was given; `undefined` where it is no such tag
 */
export function parseEntityTag(field: string): string | undefined {
  const text = /^ *"([\x21\x23-\x7e]+)" *$/.exec(field)?.[1];
  return text === undefined ? undefined : (decodePercent(text) ?? undefined);
}

/** Undoes `encodeURIComponent`; `null` where the text is not its result. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
