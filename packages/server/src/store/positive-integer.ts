/** An option that counts something. @throws RangeError where it is anything else than an integer of at least 1 */
export function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} takes an integer of at least 1; got ${value}`);
}
