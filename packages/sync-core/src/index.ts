export { systemClock } from './clock/system-clock.js';
export { systemRandom } from './clock/system-random.js';
export { isSyncError, SYNC_ERROR_CODES, SyncError, type SyncErrorCode } from './errors/sync-error.js';
export type { SyncFailure } from './errors/sync-failure.js';
export { MemoryQueueStorage } from './memory/memory-queue-storage.js';
export type { NewOperation, Reference, StoredOperation } from './operation/operation-record.js';
export type { AttemptRecord, Operation, OperationState } from './operation/operation.js';
export { OperationPriority } from './operation/priority.js';
export type { DeliveryOutcome } from './outcome/delivery-outcome.js';
export type { BackoffStrategy } from './ports/backoff-strategy.js';
export type { Clock, TimerHandle } from './ports/clock.js';
export type { Conflict, ConflictResolver, RemoteRecord, Resolution } from './ports/conflict-resolver.js';
export type { CredentialProvider } from './ports/credential-provider.js';
export type { Logger } from './ports/logger.js';
export type {
  Claim,
  ClaimRequest,
  Coalesce,
  Coalescence,
  EnqueueResult,
  EnqueueRules,
  IdAssignment,
  ListQuery,
  Page,
  Principals,
  QuarantinedRecord,
  QueueStorage,
  Settlement,
  SettleResult,
  StorageNotice,
  StorageReceipt,
  StorageStats,
  StorageSupports,
} from './ports/queue-storage.js';
export type { PayloadCodec } from './ports/payload-codec.js';
export type { RandomSource } from './ports/random-source.js';
export type { SendContext, Transport } from './ports/transport.js';
export type { Subscribable, Subscription } from './ports/subscribable.js';
export type { SyncPlugin, SyncPorts } from './ports/sync-plugin.js';
