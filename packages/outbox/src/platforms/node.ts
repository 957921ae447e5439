import { fetchTransport, type FetchTransportOptions } from '@cpc/adapters';
import { nodeNetwork, type NodeNetworkMonitorOptions } from '@cpc/network/node';
import { sqliteStorage, type SqliteStorageOptions } from '@cpc/storage-sqlite';
import type { SyncPlugin } from '@cpc/sync-core';
import { createOutbox, type Outbox, type OutboxOptions } from '../create-outbox.js';

export { defineOperation, OperationPriority } from '@cpc/sync-core';
export type { Outbox, OutboxOptions } from '../create-outbox.js';

export interface NodePresetOptions {
  /** Path of the database file, see `SqliteStorageOptions.file`. */
  readonly database: string;
  /** Where the receiver listens, see `FetchTransportOptions.endpoint`. */
  readonly endpoint: FetchTransportOptions['endpoint'];
  /** Reaches for something, see `tcpProbe` and `dnsProbe`. @defaultValue only the interfaces are looked at */
  readonly probe?: NonNullable<NodeNetworkMonitorOptions['probe']>;
  /** What else the storage should know. */
  readonly storage?: Omit<SqliteStorageOptions, 'file'>;
  /** What else the transport should know, its credentials for example. */
  readonly transport?: Omit<FetchTransportOptions, 'endpoint'>;
  /** What else the monitor should know. */
  readonly monitor?: Omit<NodeNetworkMonitorOptions, 'probe'>;
}

/**
 * The plugins of a process in Node or Electron: the queue in an SQLite file, operations sent by `fetch`, and a
 * monitor that looks at the machine's interfaces and at what requests met.
 *
 * Needs `@cpc/storage-sqlite`, with better-sqlite3 or a Node that has `node:sqlite`, and `@cpc/adapters`. Options are checked when the
 * plugins are wired.
 */
export function nodePreset(options: NodePresetOptions): readonly SyncPlugin[] {
  const { database, endpoint, probe, storage, transport, monitor } = options;
  return [
    sqliteStorage({ ...storage, file: database }),
    fetchTransport({ ...transport, endpoint }),
    nodeNetwork({ ...monitor, ...(probe !== undefined && { probe }) }),
  ];
}

/**
 * Opens a whole outbox: the parts of {@link nodePreset}, a queue and a worker, wired and started.
 *
 * ```ts
 * await using outbox = await openOutbox({ database: 'till.db', endpoint, operations: [sell] });
 * await outbox.queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
 * ```
 *
 * Rejects as `SyncQueue.open` does, and then leaves nothing open.
 *
 * @throws SyncError, TypeError or RangeError where an option is not what it should be; then nothing was opened
 */
export async function openOutbox(options: NodePresetOptions & OutboxOptions): Promise<Outbox> {
  const outbox = createOutbox({ ...options, plugins: [...nodePreset(options), ...(options.plugins ?? [])] });
  await outbox.start();
  return outbox;
}
