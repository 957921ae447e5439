/**
 * Reads an HTTP structured-field string (RFC 9651, section 4.2.5), as `Idempotency-Key` is one.
 *
 * @returns `undefined` where it is not exactly one string without parameters
 */
export function parseStructuredString(field: string): string | undefined {
  const match = /^ *"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)" *$/.exec(field);
  return match?.[1]?.replace(/\\(["\\])/g, '$1');
}

/** Reads a strong entity tag (RFC 9110, section 8.8.3); lists, weak tags and `*` are not part of the protocol. */
export function parseEntityTag(field: string): string | undefined {
  return /^ *"([\x21\x23-\x7e]{1,1024})" *$/.exec(field)?.[1];
}
