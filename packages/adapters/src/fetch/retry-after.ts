import { boundedMs } from '../wire/bounded-ms.js';
import { parseHttpDate } from './http-date.js';

/**
 * Reads a `Retry-After` (RFC 9110, section 10.2.3), as seconds or as a date. A date is measured against the
 * answer's own `Date` where it can be read, since this device's clock may be wrong.
 *
 * @param nowMs - this device's wall clock, in milliseconds since the epoch
 * @returns milliseconds to wait, or `undefined` where there is nothing to wait for
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return boundedMs(Number(value) * 1000);
  const until = parseHttpDate(value, nowMs);
  const sentAt = parseHttpDate(headers.get('date')?.trim() ?? '', nowMs) ?? nowMs;
  return until === undefined ? undefined : boundedMs(until - sentAt);
}
