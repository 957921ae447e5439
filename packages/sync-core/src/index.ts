export { ownCopy } from './operation/own.js';
export {
  ConstantBackoff,
  ExponentialBackoff,
  type ExponentialBackoffOptions,
  type Jitter,
  LinearBackoff,
  type LinearBackoffOptions,
} from './backoff/backoff.js';
export { systemClock } from './clock/system-clock.js';
export { systemRandom } from './clock/system-random.js';
export {
  fieldMerge,
  type FieldMergeOptions,
  type FieldRule,
  type FieldSides,
} from './conflict/field-merge.js';
export {
  compareTimestamps,
  HybridLogicalClock,
  type HybridLogicalClockOptions,
  type HybridTimestamp,
  parseTimestamp,
} from './conflict/hybrid-logical-clock.js';
export {
  clientWins,
  defer,
  serverWins,
  TimestampConflictResolver,
  type TimestampConflictResolverOptions,
} from './conflict/resolvers.js';
export {
  isSyncError,
  SYNC_ERROR_CODES,
  SyncError,
  type SyncErrorCode,
  type SyncErrorOptions,
} from './errors/sync-error.js';
export type { SyncFailure } from './errors/sync-failure.js';
export { toFailure } from './errors/to-failure.js';
export { MemoryQueueStorage } from './memory/memory-queue-storage.js';
export {
  type AnyOperationDefinition,
  type CoalesceRule,
  defineOperation,
  type OperationDefinition,
  type OperationOptions,
} from './operation/define-operation.js';
export { toExactJson } from './operation/exact-json.js';
export type { NewOperation, Reference, StoredOperation } from './operation/operation-record.js';
export type { AttemptRecord, Operation, OperationState } from './operation/operation.js';
export { OperationPriority } from './operation/priority.js';
export type { SchemaIssue, SchemaResult, StandardSchema } from './operation/standard-schema.js';
export { type QueuedOperation, toOperation } from './operation/to-operation.js';
export { uuidV7Source } from './operation/uuid-v7.js';
export {
  decide,
  type DeliveryPolicy,
  type DeliveryRules,
  type FinalOutcome,
  type ResolvedConflict,
} from './outcome/decide.js';
export type { DeliveryOutcome, RetryScope } from './outcome/delivery-outcome.js';
export type { Bytes } from './ports/bytes.js';
export type { BackoffStrategy } from './ports/backoff-strategy.js';
export type { Clock, TimerHandle } from './ports/clock.js';
export type { Conflict, ConflictResolver, RemoteRecord, Resolution } from './ports/conflict-resolver.js';
export type { CredentialProvider } from './ports/credential-provider.js';
export type { Logger } from './ports/logger.js';
export type {
  NewOutcome,
  OutcomeKind,
  OutcomePage,
  OutcomeQuery,
  OutcomeRecord,
} from './ports/outcome-record.js';
export type {
  AfterFailure,
  Claim,
  ClaimRequest,
  Coalesce,
  Coalescence,
  DiscardOptions,
  EnqueueResult,
  EnqueueRules,
  IdAssignment,
  KnownKinds,
  ListQuery,
  NextDueRequest,
  Page,
  QuarantinedRecord,
  RereadResult,
  QueueStorage,
  Settlement,
  SettleResult,
  StorageNotice,
  StorageReceipt,
  StorageStats,
  StorageSupports,
  VersionChange,
} from './ports/queue-storage.js';
export type { Principals } from './ports/sign-in.js';
export type { SignedIn, SignInResult, SignInRules } from './ports/sign-in.js';
export type { PayloadCodec } from './ports/payload-codec.js';
export type { RandomSource } from './ports/random-source.js';
export type { Subscribable, Subscription } from './ports/subscribable.js';
export type { SyncPlugin, SyncPorts } from './ports/sync-plugin.js';
export type { SendContext, Transport } from './ports/transport.js';
export type { Explanation } from './queue/explanation.js';
export type { EnqueueOptions } from './queue/enqueue-options.js';
export type { UnknownKinds } from './queue/operation-registry.js';
export type { QueueContext } from './queue/queue-context.js';
export type { QueueStats } from './queue/queue-stats.js';
export { ageingRank, type RankStrategy, strictRank } from './queue/rank.js';
export type { EnqueueReceipt } from './queue/receipt.js';
export type { RereadReceipt } from './queue/repairs.js';
export type { EventSubject, SyncEvent } from './queue/sync-event.js';
export type { EnqueueItem } from './queue/intake.js';
export {
  type SignInReceipt,
  type SignOutOptions,
  type SignOutReceipt,
  SyncQueue,
  type SyncQueueCollaborators,
  type SyncQueueOptions,
} from './queue/sync-queue.js';
export type { QueueQuery, Visibility } from './queue/visibility.js';
export type { OperationStatus } from './queue/watch.js';
export { project } from './view/pending.js';
export type { DrainOptions } from './worker/drain-options.js';
export type { ProcessingSummary, SummaryEntry } from './worker/processing-summary.js';
export { processQueue } from './worker/process-queue.js';
export { SyncWorker, type SyncWorkerCollaborators } from './worker/sync-worker.js';
export type { SyncWorkerOptions } from './worker/worker-options.js';
