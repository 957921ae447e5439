export { ManualClock, SeededRandom, type ManualClockOptions } from '@cpc/sync-core/deterministic';
export { ConformanceFailure } from './conformance/assert.js';
export type { ConformanceCase } from './conformance/conformance-case.js';
export { queueStorageCases, type QueueStorageCasesOptions } from './conformance/queue-storage-cases.js';
export type {
  QueueStorageFaults,
  QueueStorageHarness,
} from './conformance/queue-storage/queue-storage-harness.js';
export {
  answerLost,
  busy,
  duplicate,
  type Fault,
  halfAnswer,
  ok,
  requestLost,
  serverError,
  signedOut,
} from './faults/fault.js';
export {
  type FaultMoment,
  type FaultPlan,
  flapping,
  outage,
  randomFailures,
  sequence,
} from './faults/fault-plan.js';
export { type FaultRecord, FaultTransport, type FaultTransportOptions } from './faults/fault-transport.js';
export { ModelTransport } from './faults/model-transport.js';
export { type LedgerEntry, ModelServer, type ModelServerOptions } from './server/model-server.js';
