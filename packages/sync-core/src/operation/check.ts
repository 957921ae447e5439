import { faultOfName } from '@cpc/protocol';

/** Refuses a number that is not an integer between the bounds, both included. */
export function checkInteger(name: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new RangeError(`${name} takes an integer ${range}, but got ${String(value)}`);
  }
}

/** Refuses a name that is empty, too long, or holds characters that do not travel: lone surrogates, controls. */
export function checkText(name: string, value: unknown): void {
  const fault = faultOfName(value);
  if (fault === undefined) return;
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
  throw new TypeError(`${name} ${fault}, but got ${found}`);
}
