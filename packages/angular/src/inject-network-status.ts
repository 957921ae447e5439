import type { Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import type { NetworkStatus } from '@cpc/network';
import { injectSync } from './provide-sync.js';

/**
 * Whether there is a network, since when and why. A hint: decide by it what to show, not whether to enqueue. Needs
 * an injection context.
 *
 * @throws TypeError where `provideSync` was given no monitor
 */
export function injectNetworkStatus(): Signal<NetworkStatus> {
  const { monitor } = injectSync();
  if (monitor === undefined) {
    throw new TypeError('injectNetworkStatus needs a monitor: provideSync({ queue, monitor }).');
  }
  return toSignal(monitor.status$, { initialValue: monitor.status });
}
