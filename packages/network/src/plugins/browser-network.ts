import {
  BrowserNetworkMonitor,
  type BrowserNetworkMonitorOptions,
} from '../monitors/browser-network-monitor.js';
import type { NetworkPlugin } from './network-plugin.js';

/** Plugs a {@link BrowserNetworkMonitor} in. */
export const browserNetwork = (options?: BrowserNetworkMonitorOptions): NetworkPlugin => ({
  name: 'network-browser',
  networkMonitor: () => new BrowserNetworkMonitor(options),
});
