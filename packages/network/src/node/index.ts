export type { NetworkInterfaces } from './network-interfaces.js';
export { nodeNetwork } from './node-network.js';
export { NodeNetworkMonitor, type NodeNetworkMonitorOptions } from './node-network-monitor.js';
export {
  dnsProbe,
  tcpProbe,
  type DnsProbeOptions,
  type NodeProbe,
  type TcpProbeOptions,
} from './node-probes.js';
