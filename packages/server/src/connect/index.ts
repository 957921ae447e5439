export { connectReceiver } from './connect-receiver.js';
export type { AnsweringReceiver } from '../wire/answering-receiver.js';
