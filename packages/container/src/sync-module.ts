import { collectPorts, type OutboxOptions, queueOf, workerOf } from '@cpc/outbox';
import { systemClock, systemRandom, type SyncPlugin, type SyncPorts } from '@cpc/sync-core';
import { ContainerModule, type ContainerModuleLoadOptions, type ServiceIdentifier } from 'inversify';
import { PORT_TOKENS, TOKENS } from './tokens.js';

/** What the queue and the worker are told besides their ports. */
export type SyncModuleOptions = Omit<OutboxOptions, 'plugins'>;

/**
 * A module for an app's own InversifyJS container: it binds each port that a plugin fills, and the queue and
 * the worker as singletons, under {@link TOKENS}. The app may bind a port itself, before it loads the module.
 *
 * Loading it runs the plugins' factories and checks them as a set; `container.load` throws
 * `PLUGIN_CONFLICT`, `PLUGIN_MISSING` or `PLUGIN_INVALID`. Nothing is opened: that is up to the app, or to
 * `createSyncContainer`, which does it in the right order.
 */
export function syncModule(plugins: readonly SyncPlugin[], options: SyncModuleOptions): ContainerModule {
  return new ContainerModule((load) => {
    const ports = collectPorts(plugins, (port) => load.isBound(PORT_TOKENS[port]));
    bindPorts(load, ports);
    bindDefaults(load);
    bindQueue(load, options);
    bindWorker(load, options);
  });
}

function bindPorts(load: ContainerModuleLoadOptions, ports: Partial<SyncPorts>): void {
  for (const [port, instance] of Object.entries(ports)) {
    load.bind<unknown>(PORT_TOKENS[port as keyof SyncPorts]).toConstantValue(instance);
  }
}

function bindDefaults({ bind, isBound }: ContainerModuleLoadOptions): void {
  if (!isBound(TOKENS.clock)) bind(TOKENS.clock).toConstantValue(systemClock);
  if (!isBound(TOKENS.random)) bind(TOKENS.random).toConstantValue(systemRandom);
}

function bindQueue({ bind }: ContainerModuleLoadOptions, options: SyncModuleOptions): void {
  bind(TOKENS.queue)
    .toResolvedValue(
      (queueStorage, clock, random, logger) => queueOf({ queueStorage, clock, random, logger }, options),
      [TOKENS.queueStorage, TOKENS.clock, TOKENS.random, ifBound(TOKENS.logger)],
    )
    .inSingletonScope();
}

function bindWorker({ bind }: ContainerModuleLoadOptions, options: SyncModuleOptions): void {
  bind(TOKENS.worker)
    .toResolvedValue(
      (queue, transport, networkMonitor, conflictResolver, backoff, credentialProvider) =>
        workerOf(
          { queue, transport, networkMonitor, conflictResolver, backoff, credentialProvider },
          options,
        ),
      [
        TOKENS.queue,
        TOKENS.transport,
        ifBound(TOKENS.networkMonitor),
        ifBound(TOKENS.conflictResolver),
        ifBound(TOKENS.backoff),
        ifBound(TOKENS.credentialProvider),
      ],
    )
    .inSingletonScope();
}

const ifBound = <T>(serviceIdentifier: ServiceIdentifier<T>) =>
  ({ serviceIdentifier, optional: true }) as const;
