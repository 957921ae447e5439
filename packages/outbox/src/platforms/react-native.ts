import { fetchTransport, type FetchTransportOptions } from '@cpc/adapters';
import { reactNativeNetwork, type AppStateLike, type NetInfoLike } from '@cpc/network';
import { type SqliteBinding, sqliteStorage, type SqliteStorageOptions } from '@cpc/storage-sqlite';
import type { SyncPlugin } from '@cpc/sync-core';
import { createOutbox, type Outbox, type OutboxOptions } from '../create-outbox.js';

export { defineOperation, OperationPriority } from '@cpc/sync-core';
export type { Outbox, OutboxOptions } from '../create-outbox.js';

export interface ReactNativePresetOptions {
  /** Path of the database file, as the binding takes it. */
  readonly database: string;
  /** The SQLite of the app: expo-sqlite, for example, see the guide. */
  readonly binding: SqliteBinding;
  /** What else the storage should know. */
  readonly storage?: Omit<SqliteStorageOptions, 'file' | 'binding'>;
  /** Where the receiver listens, see `FetchTransportOptions.endpoint`. */
  readonly endpoint: FetchTransportOptions['endpoint'];
  /** The default export of `@react-native-community/netinfo`, or what is like it. */
  readonly netInfo: NetInfoLike;
  /** React Native's `AppState`: the network is looked at again when the app comes to the front. */
  readonly appState?: AppStateLike;
  /** What else the transport should know, its credentials for example. */
  readonly transport?: Omit<FetchTransportOptions, 'endpoint'>;
}

/**
 * The plugins of an app in React Native: the queue in the app's SQLite, operations sent by `fetch`, and a monitor
 * that hears NetInfo and what requests met. Nothing of a platform is imported, so Metro has nothing to resolve.
 *
 * Needs `@cpc/adapters`. Options are checked when the plugins are wired.
 */
export function reactNativePreset(options: ReactNativePresetOptions): readonly SyncPlugin[] {
  const { database, binding, storage, endpoint, netInfo, appState, transport } = options;
  return [
    sqliteStorage({ ...storage, file: database, binding }),
    fetchTransport({ ...transport, endpoint }),
    reactNativeNetwork({ netInfo, ...(appState !== undefined && { appState }) }),
  ];
}

/**
 * Opens a whole outbox: the parts of {@link reactNativePreset}, a queue and a worker, wired and started.
 *
 * ```ts
 * await using outbox = await openOutbox({ database: 'till.db', binding, netInfo, endpoint, operations: [sell] });
 * await outbox.queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
 * ```
 *
 * Rejects as `SyncQueue.open` does, and then leaves nothing open.
 *
 * @throws SyncError, TypeError or RangeError where an option is not what it should be; then nothing was opened
 */
export async function openOutbox(options: ReactNativePresetOptions & OutboxOptions): Promise<Outbox> {
  const outbox = createOutbox({
    ...options,
    plugins: [...reactNativePreset(options), ...(options.plugins ?? [])],
  });
  await outbox.start();
  return outbox;
}
