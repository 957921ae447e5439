import type { NetworkPlugin } from '../plugins/network-plugin.js';
import { NodeNetworkMonitor, type NodeNetworkMonitorOptions } from './node-network-monitor.js';

/** Plugs a {@link NodeNetworkMonitor} in. */
export const nodeNetwork = (options?: NodeNetworkMonitorOptions): NetworkPlugin => ({
  name: 'network-node',
  networkMonitor: () => new NodeNetworkMonitor(options),
});
