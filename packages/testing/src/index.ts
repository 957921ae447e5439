export { ManualClock, SeededRandom, type ManualClockOptions } from '@cpc/sync-core/deterministic';
export { ConformanceFailure } from './conformance/assert.js';
export type { ConformanceCase } from './conformance/conformance-case.js';
export { queueStorageCases, type QueueStorageCasesOptions } from './conformance/queue-storage-cases.js';
export type {
  QueueStorageFaults,
  QueueStorageHarness,
} from './conformance/queue-storage/queue-storage-harness.js';
