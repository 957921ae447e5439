/** The fault kit for real sockets, on Node. */
export type { FaultProxy } from './proxy/listening-proxy.js';
export { type FaultProxyOptions, startFaultProxy } from './proxy/start-fault-proxy.js';
export { startHttp2FaultProxy } from './proxy/start-http2-fault-proxy.js';
export { startTcpFaultProxy, type TcpFaultProxyOptions } from './proxy/start-tcp-fault-proxy.js';
