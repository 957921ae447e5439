import { fetchTransport, type FetchTransportOptions } from '@cpc/adapters';
import { indexedDbStorage, type IndexedDbStorageOptions } from '@cpc/storage-indexeddb';
import type { SyncPlugin } from '@cpc/sync-core';
import { createOutbox, type Outbox, type OutboxOptions } from '../create-outbox.js';

export { defineOperation, OperationPriority } from '@cpc/sync-core';
export type { Outbox, OutboxOptions } from '../create-outbox.js';

export interface ServiceWorkerPresetOptions {
  /** Name of the IndexedDB database: the one that the pages use. */
  readonly database: string;
  /** Where the receiver listens, see `FetchTransportOptions.endpoint`. */
  readonly endpoint: FetchTransportOptions['endpoint'];
  /** What else the storage should know; where the pages give a codec, the same one. */
  readonly storage?: Omit<IndexedDbStorageOptions, 'name' | 'connect'>;
  /** What else the transport should know, its credentials for example. */
  readonly transport?: Omit<FetchTransportOptions, 'endpoint'>;
}

/**
 * The plugins of a service worker: the pages' queue in IndexedDB, and operations sent by `fetch`. There is no
 * network monitor, whose timers nobody would need: the browser wakes a service worker when it believes in a
 * network. `open()` the container and `drain` the worker in the event, then `close()`; `start()` would leave a
 * worker behind that waits for work.
 *
 * Needs `@cpc/storage-indexeddb` and `@cpc/adapters`. Options are checked when the plugins are wired.
 */
export function serviceWorkerPreset(options: ServiceWorkerPresetOptions): readonly SyncPlugin[] {
  const { database, endpoint, storage, transport } = options;
  return [indexedDbStorage({ ...storage, name: database }), fetchTransport({ ...transport, endpoint })];
}

/**
 * Opens a whole outbox: the parts of {@link serviceWorkerPreset}, a queue and a worker, wired and started.
 *
 * ```ts
 * await using outbox = await openOutbox({ database: 'till', endpoint, operations: [sell] });
 * await outbox.queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
 * ```
 *
 * Rejects as `SyncQueue.open` does, and then leaves nothing open.
 *
 * @throws SyncError, TypeError or RangeError where an option is not what it should be; then nothing was opened
 */
export async function openOutbox(options: ServiceWorkerPresetOptions & OutboxOptions): Promise<Outbox> {
  const outbox = createOutbox({
    ...options,
    plugins: [...serviceWorkerPreset(options), ...(options.plugins ?? [])],
  });
  await outbox.open();
  return outbox;
}
