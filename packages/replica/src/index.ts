export type { ChannelStatus, ReplicaEvent, ReplicaStatus } from './follow/replica-status.js';
export { MemoryReplicaStore } from './memory/memory-replica-store.js';
export { collectionOf } from './ports/collection-of.js';
export type {
  ChannelState,
  LeadRequest,
  ReplicaChange,
  ReplicaCommit,
  ReplicaListPage,
  ReplicaListQuery,
  ReplicaNotice,
  ReplicaPage,
  ReplicaRecord,
  ReplicaStore,
  StagedPages,
} from './ports/replica-store.js';
export { Replica, type ReplicaOptions, type ReplicaParts } from './replica.js';
export type { EffectOf, OperationEffect, RecordDraft } from './view/effect.js';
export type { RecordState, RecordView } from './view/record-view.js';
export { type RecordsQuery, RecordViews, type RecordViewsParts } from './view/record-views.js';
export type { ViewOutcome, ViewQueue } from './view/view-queue.js';
