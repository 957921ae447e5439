import { HttpProbeMonitor, type HttpProbeMonitorOptions } from '../monitors/http-probe-monitor.js';
import type { NetworkPlugin } from './network-plugin.js';

/** Plugs an {@link HttpProbeMonitor} in. */
export const httpProbeNetwork = (options: HttpProbeMonitorOptions): NetworkPlugin => ({
  name: 'network-http-probe',
  networkMonitor: () => new HttpProbeMonitor(options),
});
