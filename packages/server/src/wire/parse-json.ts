const decoder = new TextDecoder('utf-8', { fatal: true });

/** Parses a body; not valid UTF-8 is not JSON either (RFC 8259, section 8.1). */
export function parseJson(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch {
    return { ok: false };
  }
}
