import { type Outbox, outboxOf } from '@cpc/outbox';
import type { SyncPlugin } from '@cpc/sync-core';
import { Container } from 'inversify';
import { syncModule, type SyncModuleOptions } from './sync-module.js';
import { TOKENS } from './tokens.js';

export interface SyncContainerOptions extends SyncModuleOptions {
  /** Each fills one port or several; no port may be filled twice. */
  readonly plugins: readonly SyncPlugin[];
}

/** A queue with everything around it, wired and ready to be opened. */
export type SyncContainer = Outbox;

/**
 * Wires plugins into a queue and a worker. Nothing is opened yet, but all that can be wrong with the plugins
 * is found here.
 *
 * @throws SyncError `PLUGIN_CONFLICT` where two plugins fill one port, `PLUGIN_MISSING` where none fills one
 * that is needed, `PLUGIN_INVALID` where one is asynchronous, misspelt or returns no object
 */
export function createSyncContainer(options: SyncContainerOptions): SyncContainer {
  const container = new Container();
  container.load(syncModule(options.plugins, options));
  const queue = container.get(TOKENS.queue);
  const worker = container.get(TOKENS.worker);
  const monitor = container.get(TOKENS.networkMonitor, { optional: true });
  const storage = container.get(TOKENS.queueStorage);
  return outboxOf({ queue, worker, monitor, storage, transport: container.get(TOKENS.transport) });
}
