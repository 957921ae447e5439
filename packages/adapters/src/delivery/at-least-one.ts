/** @throws RangeError where an option is not an integer of at least 1 */
export function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} takes an integer of at least 1; got ${value}`);
}
