export {
  createOutbox,
  type Outbox,
  outboxOf,
  type OutboxOptions,
  type OutboxParts,
  queueOf,
  type QueuePorts,
  workerOf,
  type WorkerPorts,
} from './create-outbox.js';
export { collectPorts } from './plugins/collect-ports.js';
