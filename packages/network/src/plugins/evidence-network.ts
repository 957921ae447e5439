import {
  EvidenceNetworkMonitor,
  type EvidenceNetworkMonitorOptions,
} from '../monitors/evidence-network-monitor.js';
import type { NetworkMonitor } from '../ports/network-monitor.js';
import type { NetworkPlugin } from './network-plugin.js';

/**
 * Plugs an {@link EvidenceNetworkMonitor} in.
 *
 * @param monitors - makes the monitors to weigh; called once, when the plugin's factory is
 */
export const evidenceNetwork = (
  monitors: () => readonly NetworkMonitor[],
  options?: EvidenceNetworkMonitorOptions,
): NetworkPlugin => ({
  name: 'network-evidence',
  networkMonitor: () => new EvidenceNetworkMonitor(monitors(), options),
});
