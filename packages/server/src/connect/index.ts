export { applyCall, type CalledOperation, refusedCall } from './apply-call.js';
export { connectReceiver, readMaxBytes } from './connect-receiver.js';
export type { AnsweringReceiver } from '../wire/answering-receiver.js';
