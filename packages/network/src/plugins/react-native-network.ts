import {
  ReactNativeNetworkMonitor,
  type ReactNativeNetworkMonitorOptions,
} from '../monitors/react-native-network-monitor.js';
import type { NetworkPlugin } from './network-plugin.js';

/** Plugs a {@link ReactNativeNetworkMonitor} in. */
export const reactNativeNetwork = (options: ReactNativeNetworkMonitorOptions): NetworkPlugin => ({
  name: 'network-react-native',
  networkMonitor: () => new ReactNativeNetworkMonitor(options),
});
