import { isSyncError, type Clock, type DeliveryOutcome, type SyncFailure } from '@cpc/sync-core';
import { defectOf, isDefect } from './defect.js';
import { untilAborted } from './until-aborted.js';

/** No answer came. */
export type Unreachable = Extract<DeliveryOutcome, { kind: 'unreachable' }>;

export interface TimeLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Runs `work` with a signal that is aborted with `outer`, and after `timeoutMs`. It is not waited for any longer
 * then, since what an app supplies, such as its credentials, may ignore the signal. What `work` throws is taken as "no
 * answer": a refused connection, a redirect, a timeout; unless it shows that code is wrong.
 *
 * @throws SyncError `TRANSPORT_FAILED` for a defect of the work
 */
export async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outer: AbortSignal,
  { clock, timeoutMs }: TimeLimit,
): Promise<T | Unreachable> {
  const controller = new AbortController();
  const follow = (): void => controller.abort(outer.reason);
  if (outer.aborted) return calledOff(outer);
  outer.addEventListener('abort', follow, { once: true });
  let timedOut = false;
  const timer = clock.setTimer(() => {
    timedOut = true;
    controller.abort(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } catch (error) {
    if (!controller.signal.aborted && isDefect(error)) throw defectOf(error);
    return unreachable(error, outer, timedOut);
  } finally {
    clock.clearTimer(timer);
    outer.removeEventListener('abort', follow);
  }
}

function unreachable(error: unknown, outer: AbortSignal, timedOut: boolean): Unreachable {
  return { kind: 'unreachable', reason: reasonOf(error, outer, timedOut) };
}

/** The outcome of a send whose signal was aborted. */
export function calledOff(signal: AbortSignal): Unreachable {
  return unreachable(signal.reason, signal, false);
}

function reasonOf(error: unknown, outer: AbortSignal, timedOut: boolean): SyncFailure {
  if (timedOut) return { code: 'ATTEMPT_TIMEOUT', message: `No answer came in time: ${describe(error)}.` };
  if (outer.aborted) {
    const code = isSyncError(outer.reason) ? outer.reason.code : 'ATTEMPT_TIMEOUT';
    return { code, message: `The send was called off: ${describe(outer.reason)}.` };
  }
  if (isSyncError(error, 'LEASE_LOST')) return { code: error.code, message: error.message };
  return { code: 'NETWORK_UNREACHABLE', message: `No answer came: ${describe(error)}.` };
}

/** An error's text with that of its cause, where platforms hide the useful part (`fetch failed`). */
function describe(error: unknown): string {
  const message = messageOf(error);
  const cause = isObject(error) && 'cause' in error ? messageOf(error.cause) : undefined;
  return [message ?? String(error), cause].filter((text) => text !== undefined).join(': ');
}

/** Not by `instanceof`: an error may come from another realm. */
function messageOf(error: unknown): string | undefined {
  const message = isObject(error) && 'message' in error ? error.message : undefined;
  return typeof message === 'string' && message !== '' ? message : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
