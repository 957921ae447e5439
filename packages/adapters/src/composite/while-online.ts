import type { NetworkState } from '@cpc/network';
import { SyncError, type Clock } from '@cpc/sync-core';
import type { NetworkHints } from '../delivery/guarded-hints.js';

/** Whether a call is worth trying: the monitor is a hint, and `unknown` means that trying is the way to find out. */
export function isWorthTrying(state: NetworkState): boolean {
  return state !== 'offline' && state !== 'captive';
}

export interface OnlineLimits {
  readonly monitor: NetworkHints;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * A call's outcome, unless the network goes or the time is over before; then it rejects, and what the call does
 * later no longer matters. Leaves no timer and no listener behind.
 */
export async function whileOnline<T>(call: () => Promise<T>, limits: OnlineLimits): Promise<T> {
  const { monitor, clock, timeoutMs } = limits;
  let end: (error: SyncError) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => (end = reject));
  // It may end when nobody waits any more.
  ended.catch(() => undefined);
  const timer = clock.setTimer(() => {
    end(new SyncError('ATTEMPT_TIMEOUT', `The service did not answer within ${timeoutMs} ms.`));
  }, timeoutMs);
  const before = monitor.status.state;
  const unregister = monitor.register(({ state }) => {
    // A call that is made against the monitor's word is not ended by the same word.
    if (state === before || isWorthTrying(state)) return;
    end(new SyncError('NETWORK_UNREACHABLE', 'The network went while the service was asked.'));
  });
  try {
    return await Promise.race([call(), ended]);
  } finally {
    unregister();
    clock.clearTimer(timer);
  }
}
