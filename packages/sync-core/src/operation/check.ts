import { faultOfKey, faultOfKind, faultOfName } from '@cpc/protocol';

/** Refuses a number that is not an integer between the bounds, both included. */
export function checkInteger(name: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    const found = typeof value === 'string' ? value : shown(value);
    throw new RangeError(`${name} takes an integer ${range}, but got ${found}`);
  }
}

/** Refuses a name that is empty, too long, or holds characters that do not travel: lone surrogates, controls. */
export function checkText(name: string, value: unknown): void {
  check(name, value, faultOfName(value));
}

/** Refuses what cannot be an idempotency key. */
export function checkId(name: string, value: unknown): void {
  check(name, value, faultOfKey(value));
}

/** Refuses what cannot be the name of a kind, which is part of an address. */
export function checkKind(name: string, value: unknown): void {
  check(name, value, faultOfKind(value));
}

function check(name: string, value: unknown, fault: string | undefined): void {
  if (fault !== undefined) throw new TypeError(`${name} ${fault}, but got ${shown(value)}`);
}

/** Not what an object says of itself: its `toString` may throw. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? `a value of type ${typeof value}` : String(value);
}
