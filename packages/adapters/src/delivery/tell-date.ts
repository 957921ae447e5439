import type { Clock, SendContext } from '@cpc/sync-core';
import { parseHttpDate } from '../fetch/http-date.js';

/** A `Date` has whole seconds and is cut, so that on average it is half of one behind. */
const HALF_A_SECOND = 500;

/**
 * Passes on what the server's clock says by the `Date` of an answer, if it has one that can be read.
 *
 * @param date - of an answer of the receiver's own: a portal or a gateway has a clock of its own
 */
export function tellDate(date: string | null | undefined, clock: Clock, { heardTime }: SendContext): void {
  const serverMs = parseHttpDate(date?.trim() ?? '', clock.now());
  if (serverMs !== undefined) heardTime?.(serverMs + HALF_A_SECOND);
}
