import type { NetworkMonitor } from '@cpc/network';
import type {
  BackoffStrategy,
  Clock,
  ConflictResolver,
  CredentialProvider,
  Logger,
  QueueStorage,
  RandomSource,
  SyncPorts,
  SyncQueue,
  SyncWorker,
  Transport,
} from '@cpc/sync-core';
import type { ServiceIdentifier } from 'inversify';

/** One token for each port that a plugin can fill. */
export const PORT_TOKENS = {
  queueStorage: Symbol.for('@cpc/queueStorage') as ServiceIdentifier<QueueStorage>,
  transport: Symbol.for('@cpc/transport') as ServiceIdentifier<Transport>,
  networkMonitor: Symbol.for('@cpc/networkMonitor') as ServiceIdentifier<NetworkMonitor>,
  conflictResolver: Symbol.for('@cpc/conflictResolver') as ServiceIdentifier<ConflictResolver>,
  backoff: Symbol.for('@cpc/backoff') as ServiceIdentifier<BackoffStrategy>,
  credentialProvider: Symbol.for('@cpc/credentialProvider') as ServiceIdentifier<CredentialProvider>,
  clock: Symbol.for('@cpc/clock') as ServiceIdentifier<Clock>,
  random: Symbol.for('@cpc/random') as ServiceIdentifier<RandomSource>,
  logger: Symbol.for('@cpc/logger') as ServiceIdentifier<Logger>,
} satisfies { readonly [Port in keyof SyncPorts]: ServiceIdentifier<SyncPorts[Port]> };

/**
 * The names under which an InversifyJS container knows the ports, the queue and the worker. They are made with
 * `Symbol.for`, so two installed copies of this package agree on them.
 */
export const TOKENS = {
  ...PORT_TOKENS,
  queue: Symbol.for('@cpc/queue') as ServiceIdentifier<SyncQueue>,
  worker: Symbol.for('@cpc/worker') as ServiceIdentifier<SyncWorker>,
};
