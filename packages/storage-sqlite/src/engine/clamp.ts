/** The latest time that JavaScript's dates know; larger numbers mean nothing that the queue could act on. */
const LARGEST = 8.64e15;

/** Holds a number to what every binding reads back unchanged; NaN counts as 0. */
export function clamp(value: number): number {
  if (value >= -LARGEST && value <= LARGEST) return value;
  return Number.isNaN(value) ? 0 : Math.sign(value) * LARGEST;
}
