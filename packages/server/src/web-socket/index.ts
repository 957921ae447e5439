export type { AnsweringReceiver } from '../wire/answering-receiver.js';
export type { ServedSocket } from './served-socket.js';
export { webSocketReceiver, type WebSocketReceiverOptions } from './web-socket-receiver.js';
