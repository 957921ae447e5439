/**
 * A wait that somebody else asked for, as whole milliseconds: one that no number can hold is as long as can be, since
 * the queue has a bound of its own, and a wait that is dropped would be the opposite of what was asked.
 *
 * @returns `undefined` where there is nothing to wait for
 */
export function boundedMs(ms: number): number | undefined {
  return ms > 0 ? Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER) : undefined;
}
