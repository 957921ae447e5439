export { composite, type CompositeOptions } from './composite/composite.js';
export type { CompositeQueue } from './composite/composite-parts.js';
export {
  DualFailureError,
  OfflineFailureError,
  OnlineFailureError,
  type ServiceFailureOptions,
} from './composite/failures.js';
export type {
  MethodPolicies,
  MethodPolicy,
  OfflinePolicy,
  OnlinePolicy,
  ReadPolicy,
  ServiceOf,
  WritePolicy,
} from './composite/method-policies.js';
export { type Composite, type Sourced, type SourcedService, withSource } from './composite/sourced.js';
export type { RequestCredentials } from './delivery/credentials.js';
export { FetchTransport } from './fetch/fetch-transport.js';
export { fetchTransport } from './fetch/fetch-transport-plugin.js';
export type { FetchTransportOptions } from './fetch/fetch-transport-options.js';
export type { ForeignAnswer, WireAnswer } from './wire/wire-answer.js';
