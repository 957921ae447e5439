import type { NetworkMonitor } from '@cpc/network';
import {
  type QueueStorage,
  type SyncPlugin,
  type SyncPorts,
  SyncQueue,
  type SyncQueueOptions,
  SyncWorker,
  type SyncWorkerOptions,
  type Transport,
} from '@cpc/sync-core';
import { Lifecycle, type Stage } from './lifecycle/lifecycle.js';
import { collectPorts } from './plugins/collect-ports.js';
import { withoutUndefined } from './without-undefined.js';

/** What the queue and the worker are told besides what the platform brings. */
export interface OutboxOptions {
  /** The kinds of operation that the queue takes. */
  readonly operations: SyncQueueOptions['operations'];
  /** Bounds of the queue; the defaults of `SyncQueue` where absent. */
  readonly queue?: Omit<SyncQueueOptions, 'operations'>;
  /** Options of the worker; the defaults of `SyncWorker` where absent. */
  readonly worker?: SyncWorkerOptions;
  /** Plugins besides those of the platform: a logger, a resolver, credentials. */
  readonly plugins?: readonly SyncPlugin[];
}

/** The parts of an outbox, made but not opened. */
export interface OutboxParts {
  readonly queue: SyncQueue;
  readonly worker: SyncWorker;
  readonly storage: QueueStorage;
  readonly transport: Transport;
  /** Absent where nobody brings one; the worker then finds out by trying. */
  readonly monitor: NetworkMonitor | undefined;
}

/** A queue with everything around it, wired, and closed in one call. */
export interface Outbox extends OutboxParts, AsyncDisposable {
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
 * Wires plugins into a queue and a worker. Nothing is opened yet, but all that can be wrong with the plugins is found
 * here. The entries of the platforms have `openOutbox`, which brings the plugins and opens as well.
 *
 * @throws SyncError `PLUGIN_CONFLICT` where two plugins fill one port, `PLUGIN_MISSING` where none fills one that is
 * needed, `PLUGIN_INVALID` where one is asynchronous, misspelt or returns no object
 */
export function createOutbox(options: OutboxOptions & { readonly plugins: readonly SyncPlugin[] }): Outbox {
  const ports = collectPorts(options.plugins);
  const { queueStorage: storage, transport, networkMonitor: monitor } = ports;
  const queue = queueOf(ports, options);
  const worker = workerOf({ ...ports, queue }, options);
  return outboxOf({ queue, worker, storage, transport, monitor });
}

/** What is there of the ports, and those without which there is no queue. */
export type QueuePorts = Pick<SyncPorts, 'queueStorage'> & Optional<SyncPorts, 'clock' | 'random' | 'logger'>;

/** The same for a worker. */
export type WorkerPorts = Pick<SyncPorts, 'transport'> & { readonly queue: SyncQueue } & Optional<
    SyncPorts,
    'networkMonitor' | 'conflictResolver' | 'backoff' | 'credentialProvider'
  >;

type Optional<T, Key extends keyof T> = { readonly [K in Key]?: T[K] | undefined };

/** A queue of ports that somebody gathered. */
export function queueOf(
  { queueStorage: storage, clock, random, logger }: QueuePorts,
  options: OutboxOptions,
): SyncQueue {
  return new SyncQueue(withoutUndefined({ storage, clock, random, logger }), {
    ...options.queue,
    operations: options.operations,
  });
}

/** A worker of ports that somebody gathered. */
export function workerOf(ports: WorkerPorts, options: OutboxOptions): SyncWorker {
  const { queue, transport, networkMonitor: monitor, conflictResolver: resolver } = ports;
  const { backoff, credentialProvider: credentials } = ports;
  return new SyncWorker(
    withoutUndefined({ queue, transport, monitor, resolver, backoff, credentials }),
    options.worker,
  );
}

/** Parts that somebody else wired, such as a container, opened and closed in the right order. */
export function outboxOf(parts: OutboxParts): Outbox {
  const lifecycle = new Lifecycle(stages(parts));
  return {
    ...parts,
    open: () => lifecycle.rise(1),
    start: () => lifecycle.rise(3),
    close: () => lifecycle.fall(),
    [Symbol.asyncDispose]: () => lifecycle.fall(),
  };
}

/** In the order in which they come up: a worker that starts finds its queue open and its monitor informed. */
function stages({ queue, worker, monitor }: OutboxParts): readonly Stage[] {
  return [
    { name: 'queue', up: () => queue.open(), down: () => queue.close() },
    { name: 'monitor', up: async () => monitor?.start(), down: async () => monitor?.stop() },
    { name: 'worker', up: () => worker.start(), down: () => worker.stop() },
  ];
}
