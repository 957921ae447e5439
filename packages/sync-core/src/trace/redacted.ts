/** Fields that may be redacted in addition: the rules never look at them. */
export type RedactableField = 'entity' | 'principal' | 'message';

/** Where a trace would hold what people wrote: payloads, what a server answered, and what it said about it. */
const ALWAYS: ReadonlySet<string> = new Set(['payload', 'base', 'value', 'result', 'details', 'raw']);

/**
 * A value as JSON text, with all that is redacted replaced by `"[redacted]"`. Redacting twice changes nothing, and the
 * rules carry redacted fields as they carry any other, so a decision on redacted input is the redacted decision.
 */
export function redacted(value: unknown, also: readonly RedactableField[] = []): string {
  return JSON.stringify(value, (key, field: unknown) =>
    field !== undefined && (ALWAYS.has(key) || (also as readonly string[]).includes(key))
      ? '[redacted]'
      : field,
  );
}
