export type { MessagePortTransportOptions } from './message-port-transport-options.js';
export { MessagePortTransport } from './message-port-transport.js';
export type { PortLike } from './port-like.js';
export { serveTransport, type ServedTransport, type ServeTransportOptions } from './serve-transport.js';
