import type { NetworkMonitor } from '@cpc/network';
import type { QueueStorage, SyncPlugin, SyncQueue, SyncWorker, Transport } from '@cpc/sync-core';
import { Container } from 'inversify';
import { Lifecycle, type Stage } from './lifecycle/lifecycle.js';
import { syncModule, type SyncModuleOptions } from './sync-module.js';
import { TOKENS } from './tokens.js';

export interface SyncContainerOptions extends SyncModuleOptions {
  /** Each fills one port or several; no port may be filled twice. */
  readonly plugins: readonly SyncPlugin[];
}

/** A queue with everything around it, wired and ready to be opened. */
export interface SyncContainer {
  readonly queue: SyncQueue;
  readonly worker: SyncWorker;
  readonly storage: QueueStorage;
  readonly transport: Transport;
  /** Absent where no plugin brings one; the worker then finds out by trying. */
  readonly monitor: NetworkMonitor | undefined;
  /** Opens the queue: operations can be enqueued and listed, nothing is sent yet. Idempotent. */
  open(): Promise<void>;
  /** Opens the queue if need be, then starts the monitor and the worker. Idempotent. */
  start(): Promise<void>;
  /** Stops the worker, then the monitor, then closes the queue. Idempotent; it may be started again. */
  close(): Promise<void>;
  /** Closes, so that `await using` can hold it. */
  [Symbol.asyncDispose](): Promise<void>;
}

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
  const lifecycle = new Lifecycle(stages(queue, worker, monitor));
  return {
    queue,
    worker,
    monitor,
    storage: container.get(TOKENS.queueStorage),
    transport: container.get(TOKENS.transport),
    open: () => lifecycle.rise(1),
    start: () => lifecycle.rise(3),
    close: () => lifecycle.fall(),
    [Symbol.asyncDispose]: () => lifecycle.fall(),
  };
}

/** In the order in which they come up: a worker that starts finds its queue open and its monitor informed. */
function stages(queue: SyncQueue, worker: SyncWorker, monitor: NetworkMonitor | undefined): readonly Stage[] {
  return [
    { name: 'queue', up: () => queue.open(), down: () => queue.close() },
    { name: 'monitor', up: async () => monitor?.start(), down: async () => monitor?.stop() },
    { name: 'worker', up: () => worker.start(), down: () => worker.stop() },
  ];
}
