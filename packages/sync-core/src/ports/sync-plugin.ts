import type { NetworkMonitor } from '@cpc/network';
import type { BackoffStrategy } from './backoff-strategy.js';
import type { Clock } from './clock.js';
import type { ConflictResolver } from './conflict-resolver.js';
import type { CredentialProvider } from './credential-provider.js';
import type { Logger } from './logger.js';
import type { QueueStorage } from './queue-storage.js';
import type { RandomSource } from './random-source.js';
import type { Transport } from './transport.js';

/** The ports that a plugin can fill. */
export interface SyncPorts {
  readonly queueStorage: QueueStorage;
  readonly transport: Transport;
  readonly networkMonitor: NetworkMonitor;
  readonly conflictResolver: ConflictResolver;
  readonly backoff: BackoffStrategy;
  readonly credentialProvider: CredentialProvider;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/**
 * What a package or an app brings, as a plain object: a name, and a factory for each port that it fills. A
 * factory runs once and does no I/O; opening comes later. It knows no container.
 */
export type SyncPlugin = { readonly name: string } & {
  readonly [Port in keyof SyncPorts]?: () => SyncPorts[Port];
};
