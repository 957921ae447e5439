export { ManualNetworkMonitor, type ManualNetworkMonitorOptions } from './monitors/manual-network-monitor.js';
export type {
  NetworkEvidence,
  NetworkMonitor,
  NetworkObserver,
  NetworkState,
  NetworkStatus,
} from './ports/network-monitor.js';
