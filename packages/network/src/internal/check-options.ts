/** Refuses what is not a length of time that a timer can wait. */
export function requireDuration(name: string, valueMs: number): number {
  if (Number.isFinite(valueMs) && valueMs > 0) return valueMs;
  throw new RangeError(`${name} must be a finite number of milliseconds above 0, got ${String(valueMs)}`);
}

/** Refuses what is not a whole number of at least 1. */
export function requireCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be an integer of at least 1, got ${String(value)}`);
}
