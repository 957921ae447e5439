import { fetchTransport, type FetchTransportOptions } from '@cpc/adapters';
import { nodeNetwork, type NodeNetworkMonitorOptions } from '@cpc/network/node';
import { sqliteStorage, type SqliteStorageOptions } from '@cpc/storage-sqlite';
import type { SyncPlugin } from '@cpc/sync-core';

export interface NodePresetOptions {
  /** Path of the database file, see `SqliteStorageOptions.file`. */
  readonly file: string;
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
 * Needs `@cpc/storage-sqlite`, with better-sqlite3 or a Node that has `node:sqlite`, and `@cpc/adapters`. As with
 * every plugin, options are checked when the container is built.
 */
export function nodePreset(options: NodePresetOptions): readonly SyncPlugin[] {
  const { file, endpoint, probe, storage, transport, monitor } = options;
  return [
    sqliteStorage({ ...storage, file }),
    fetchTransport({ ...transport, endpoint }),
    nodeNetwork({ ...monitor, ...(probe !== undefined && { probe }) }),
  ];
}
