export { ManualClock, SeededRandom, type ManualClockOptions } from '@cpc/sync-core/deterministic';
export { ConformanceFailure } from './conformance/assert.js';
export type { ConformanceCase } from './conformance/conformance-case.js';
export { queueStorageCases, type QueueStorageCasesOptions } from './conformance/queue-storage-cases.js';
export type {
  HeldWrites,
  QueueStorageFaults,
  QueueStorageHarness,
} from './conformance/queue-storage/queue-storage-harness.js';
export {
  type ConformanceWrite,
  type TransportEffect,
  type TransportHarness,
  type TransportSupports,
} from './conformance/transport/transport-harness.js';
export { transportCases } from './conformance/transport-cases.js';
export {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  duplicate,
  type Fault,
  type FaultCircumstances,
  type FaultKind,
  type FaultRemote,
  forged,
  type Forgery,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  ok,
  redirect,
  requestLost,
  serverError,
  signedOut,
  versionConflict,
} from './faults/fault.js';
export { type CarriedOperation, FaultHistory, type FaultRecord } from './faults/fault-history.js';
export type { FaultLineOptions } from './faults/fault-line.js';
export {
  always,
  combined,
  type FaultMoment,
  type FaultPlan,
  flapping,
  onlyFor,
  outage,
  type OutageOptions,
  randomFailures,
  sequence,
  withClockSkew,
  withLatency,
} from './faults/fault-plan.js';
export { FaultTransport } from './faults/fault-transport.js';
export { constantLatency, type Latency, logNormalLatency, uniformLatency } from './faults/latency.js';
export { ModelTransport } from './faults/model-transport.js';
export {
  type ScriptedAnswer,
  ScriptedTransport,
  type ScriptedTransportOptions,
} from './faults/scripted-transport.js';
export { faultFetch, type FaultFetch, type FaultFetchOptions } from './http/fault-fetch.js';
export { type CarriedExchange, HttpLine, type HttpLineOptions } from './http/http-line.js';
export type { HttpAnswer, HttpRequest } from './http/http-message.js';
export { receiverProtocol } from './http/receiver-protocol.js';
export type { ForgedItems, ServerRefusal, WireProtocol } from './http/wire-protocol.js';
export { type LedgerEntry, ModelServer, type ModelServerOptions } from './server/model-server.js';
export { FailingStorage } from './storage/failing-storage.js';
export { InterposedStorage } from './storage/interposed-storage.js';
export { type StorageFault, StorageFaults } from './storage/storage-faults.js';
export type { StorageMethod } from './storage/storage-methods.js';
export { type Parting, type Replay, replay, type ReplayOptions } from './trace/replay.js';
export type { ReplayStrategies } from './trace/recorded-policy.js';
