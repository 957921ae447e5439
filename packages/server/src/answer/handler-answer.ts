import type { RemoteRecord } from '@cpc/protocol';

/** What a handler says. Made by {@link applied}, {@link conflict}, {@link rejected} and {@link later}. */
export type HandlerAnswer<Result = unknown> =
  | {
      readonly kind: 'applied';
      readonly result?: Result;
      readonly version?: string;
      readonly previousVersion?: string;
      readonly position?: string;
    }
  | { readonly kind: 'conflict'; readonly remote: RemoteRecord }
  | {
      readonly kind: 'rejected';
      readonly status: 403 | 404 | 422;
      readonly code: string;
      readonly detail: string;
    }
  | { readonly kind: 'later'; readonly afterSeconds: number; readonly detail: string };

/** What a device can do more with, where it is told. */
export interface AppliedDetails {
  /**
   * The version that the record had right before, by which a device knows that nobody came between its own changes. Where
   * the handler has `current`, the receiver knows it.
   */
  readonly previousVersion?: string;
  /**
   * Where the change stands in the feed of changes, as `record` of the change log returns it: a copy on the device shows
   * its own change as waiting until it has reached that. Of several changes in one channel the last counts.
   */
  readonly position?: string;
}

/**
 * The effect is made.
 *
 * @param result - JSON for the caller
 * @param version - the record's new version, which later operations may send as their `baseVersion`
 * @param more - what a device can do more with
 */
export function applied<Result = undefined>(
  result?: Result,
  version?: string,
  more: AppliedDetails = {},
): HandlerAnswer<Result> {
  const { previousVersion, position } = more;
  return {
    kind: 'applied',
    ...(result !== undefined && { result }),
    ...(version !== undefined && { version }),
    ...(previousVersion !== undefined && { previousVersion }),
    ...(position !== undefined && { position }),
  };
}

/** The record has changed since the caller saw it; nothing is applied (412). */
export function conflict(remote: RemoteRecord): HandlerAnswer<never> {
  return { kind: 'conflict', remote };
}

/**
 * The operation will never be taken; nothing is applied. The caller makes it a dead letter.
 *
 * @param code - stable, for programs: `UNKNOWN_CURRENCY`
 * @param detail - for people: what is wrong and what to do
 */
export function rejected(code: string, detail: string, status: 403 | 404 | 422 = 422): HandlerAnswer<never> {
  return { kind: 'rejected', status, code, detail };
}

/**
 * Not now; nothing is applied, and the caller comes again after that time (503).
 *
 * @throws RangeError where the time is not a number of seconds
 */
export function later(afterSeconds: number, detail: string): HandlerAnswer<never> {
  if (!Number.isFinite(afterSeconds)) throw new RangeError(`later takes seconds; got ${afterSeconds}`);
  return { kind: 'later', afterSeconds, detail };
}
