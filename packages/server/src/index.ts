export {
  applied,
  type AppliedDetails,
  conflict,
  later,
  rejected,
  type HandlerAnswer,
} from './answer/handler-answer.js';
export type { Problem, ProblemCode, RemoteRecord } from '@cpc/protocol';
export { ChangeFeed } from './changes/change-feed.js';
export type { ChangeLogOptions } from './changes/change-rows.js';
export type { ChangeFeedOptions, ChangeFeedParts } from './changes/feed-options.js';
export { fetchToNode } from './node/fetch-to-node.js';
export { toNodeHandler } from './node/to-node-handler.js';
export type { Change, ChangeLog, ChangePage, ChangeQuery, RecordedChange } from './ports/change-log.js';
export type {
  EffectResult,
  EffectSet,
  EffectStore,
  EncodedAnswer,
  KeyedWork,
  WorkResult,
} from './ports/effect-store.js';
export type { MaybePromise, OperationHandler, ReadOperation } from './ports/operation-handler.js';
export type { ReceivedOperation } from './ports/received-operation.js';
export {
  handle,
  handleAll,
  type PayloadOf,
  type ResultOf,
  type TypedHandler,
  type TypedOperation,
} from './receiver/handle.js';
export type { PayloadSchema, SharedDefinition } from './receiver/shared-definition.js';
export type { ReceiverOptions, ReceiverParts } from './receiver/receiver-options.js';
export { Receiver } from './receiver/receiver.js';
export { SqliteChangeLog } from './sqlite/sqlite-change-log.js';
export type { SqliteDatabase, SqliteStatement } from './sqlite/sqlite-database.js';
export { SqliteEffectStore, type SqliteEffectStoreOptions } from './sqlite/sqlite-effect-store.js';
export type { IntegrityViolation } from './store/integrity-violation.js';
export type { WireHeaders, WireMessage, WireReply } from './wire/wire-message.js';
