import type { NetworkMonitor, NetworkStatus } from '@cpc/network';
import { SyncError } from '@cpc/sync-core';
import { DefectTeller } from './defect.js';
import { guardedCall } from './guarded-call.js';

/** What is asked of a monitor, and told to it. */
export type NetworkHints = Pick<NetworkMonitor, 'status' | 'register' | 'report'>;

/**
 * A monitor that takes nobody down who asks it. What it throws, or rejects with, is told once where the platform tells
 * errors; and while it says nothing that makes sense, nothing is known of the network, so that everything is tried.
 */
export function guardedHints(monitor: NetworkHints): NetworkHints {
  const teller = new DefectTeller();
  const tell = (cause: unknown): void =>
    teller.tell(
      new SyncError('NETWORK_UNREACHABLE', 'The network monitor failed by itself; it is not believed.', {
        cause,
      }),
    );
  return {
    get status() {
      try {
        const status: unknown = monitor.status;
        return isStatus(status) ? status : UNKNOWN;
      } catch (error) {
        tell(error);
        return UNKNOWN;
      }
    },
    register(observer) {
      let unregister: (() => void) | undefined;
      guardedCall(() => {
        unregister = monitor.register((status: unknown) => observer(isStatus(status) ? status : UNKNOWN));
      }, tell);
      return () => guardedCall(() => unregister?.(), tell);
    },
    report: (evidence) => guardedCall(() => monitor.report(evidence), tell),
  };
}

function isStatus(status: unknown): status is NetworkStatus {
  return typeof (Object(status) as Partial<NetworkStatus>).state === 'string';
}

const UNKNOWN: NetworkStatus = {
  state: 'unknown',
  since: 0,
  source: 'guard',
  reason: 'the monitor did not say',
};
