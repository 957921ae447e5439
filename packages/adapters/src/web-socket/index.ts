export type { RequestCredentials } from '../delivery/credentials.js';
export type { OpenSocket, SocketLike } from './socket-like.js';
export type { WebSocketTransportOptions } from './web-socket-transport-options.js';
export { webSocketTransport } from './web-socket-transport-plugin.js';
export { WebSocketTransport } from './web-socket-transport.js';
