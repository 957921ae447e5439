/** Longer names than this are refused: ids, kinds, entities, principals. */
export const MAX_NAME_LENGTH = 255;

/** Refuses a number that is not an integer between the bounds, both included. */
export function checkInteger(name: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new RangeError(`${name} takes an integer ${range}, but got ${String(value)}`);
  }
}

/** Refuses a name that is empty, too long, or holds characters that do not travel: lone surrogates, controls. */
export function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_LENGTH || UNFIT.test(value)) {
    const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
    throw new TypeError(
      `${name} takes a text of 1 to ${MAX_NAME_LENGTH} characters without control characters, but got ${found}`,
    );
  }
}

const UNFIT = /[\p{Cc}\p{Surrogate}]/u;
