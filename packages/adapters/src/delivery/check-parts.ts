/**
 * Looks at the door whether something has the methods that it will be asked for, and not when the first call comes,
 * perhaps in the middle of a delivery.
 *
 * @throws TypeError that names what lacks which
 */
export function checkParts(name: string, value: unknown, methods: readonly string[]): void {
  const missing = methods.filter(
    (method) => typeof (Object(value) as Readonly<Record<string, unknown>>)[method] !== 'function',
  );
  if (missing.length === 0) return;
  throw new TypeError(`${name} takes what has the method ${missing.join(', ')}; got ${shown(value)}`);
}

/** @throws TypeError where it is no function */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} takes a function; got ${shown(value)}`);
}

/** What came instead, without any of its content. */
export function shown(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}
