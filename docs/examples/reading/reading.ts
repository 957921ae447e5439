// #region copy
import { FetchChangeSource } from '@cpc/adapters/pull';
import type { NetworkMonitor } from '@cpc/network';
import { Replica, type ReplicaStore } from '@cpc/replica';

/** The copy of one stall's records; `fetch` is for tests. */
export function openCopy(store: ReplicaStore, monitor: NetworkMonitor, fetch = globalThis.fetch): Replica {
  const endpoint = 'https://api.example/changes';
  return new Replica(
    { store, monitor, source: (channel) => new FetchChangeSource({ endpoint, channel, fetch }) },
    { channels: ['stalls/7'] },
  );
}
// #endregion

// #region effects
import type { OperationEffect } from '@cpc/replica';
import { defineOperation } from '@cpc/sync-core';

export interface Order {
  readonly number: number;
  readonly packed: boolean;
}

export const pack = defineOperation('order.pack', { entity: ({ number }: Order) => `orders/${number}` });

/** What an operation of each kind does to records. */
const effects: Readonly<Record<string, OperationEffect>> = {
  [pack.kind]: (records, { entity = '', payload }) => records.set(entity, payload),
};
// #endregion

// #region views
import { RecordViews } from '@cpc/replica';
import type { SyncQueue } from '@cpc/sync-core';

export function ordersOf(replica: Replica, queue: SyncQueue) {
  const views = new RecordViews({ replica, queue, effectOf: (kind) => effects[kind] });
  return views.records$<Order>({
    collection: 'orders',
    where: ({ value }) => !value.packed,
    order: (a, b) => a.value.number - b.value.number,
    limit: 50,
  });
}
// #endregion

// #region stores
import { IndexedDbReplicaStore } from '@cpc/replica/indexeddb';
import { SqliteReplicaStore } from '@cpc/replica/sqlite';
import { betterSqlite3 } from '@cpc/storage-sqlite';

export const inABrowser = (): ReplicaStore => new IndexedDbReplicaStore();
export const inAFile = (file: string): ReplicaStore =>
  new SqliteReplicaStore({ file, binding: betterSqlite3 });
// #endregion
