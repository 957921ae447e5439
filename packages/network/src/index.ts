export type { MonitorClock, RandomNumber } from './clock/monitor-clock.js';
export {
  BrowserNetworkMonitor,
  type BrowserNetworkMonitorOptions,
} from './monitors/browser-network-monitor.js';
export type {
  BrowserSurroundings,
  DocumentLike,
  EventTargetLike,
  NavigatorLike,
  NetworkInformationLike,
} from './monitors/browser-surroundings.js';
export {
  EvidenceNetworkMonitor,
  type EvidenceNetworkMonitorOptions,
  type MonitorFailure,
} from './monitors/evidence-network-monitor.js';
export { HttpProbeMonitor, type HttpProbeMonitorOptions } from './monitors/http-probe-monitor.js';
export { ManualNetworkMonitor, type ManualNetworkMonitorOptions } from './monitors/manual-network-monitor.js';
export {
  ReactNativeNetworkMonitor,
  type ReactNativeNetworkMonitorOptions,
} from './monitors/react-native-network-monitor.js';
export type { AppStateLike, NetInfoLike, NetInfoStateLike } from './monitors/react-native-surroundings.js';
export { browserNetwork } from './plugins/browser-network.js';
export { evidenceNetwork } from './plugins/evidence-network.js';
export { httpProbeNetwork } from './plugins/http-probe-network.js';
export type { NetworkPlugin } from './plugins/network-plugin.js';
export type {
  NetworkEvidence,
  NetworkMonitor,
  NetworkObserver,
  NetworkState,
  NetworkStatus,
} from './ports/network-monitor.js';
export { reactNativeNetwork } from './plugins/react-native-network.js';
export type { WitnessMonitor } from './ports/witness-monitor.js';
export type { ProbeExpectation } from './probe/probe-expectation.js';
