import type { NetworkStatus } from '@cpc/network';
import { useObservable } from './observable-store.js';
import { useSync } from './sync-context.js';

/**
 * Whether there is a network, since when and why. A hint: decide by it what to show, not whether to enqueue.
 *
 * @throws TypeError where the provider has no monitor
 *
 * @example
 * ```tsx
 * const { state, reason } = useNetworkStatus();
 * return state === 'offline' ? <p role="status">Working offline: {reason}</p> : null;
 * ```
 */
export function useNetworkStatus(): NetworkStatus {
  const { monitor } = useSync();
  if (monitor === undefined) {
    throw new TypeError('useNetworkStatus needs a monitor: <SyncProvider queue={…} monitor={…}>.');
  }
  return useObservable(() => monitor.status$, monitor.status, [monitor]);
}
