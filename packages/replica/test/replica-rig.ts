import { ManualNetworkMonitor } from '@cpc/network';
import { ConstantBackoff } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { MemoryReplicaStore, Replica, type ReplicaEvent, type ReplicaStore } from '../src/index.js';
import { FeedModel } from './feed-model.js';

export const LEASE_MS = 15_000;

export interface ReplicaRig {
  readonly feed: FeedModel;
  readonly clock: ManualClock;
  readonly monitor: ManualNetworkMonitor;
  /** One tab's replica; all share the store. */
  readonly tab: (channels?: readonly string[]) => Tab;
  /** What is shown in a collection. */
  readonly shown: (collection?: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly store: ReplicaStore;
}

export interface Tab {
  readonly replica: Replica;
  readonly events: ReplicaEvent[];
}

/** Tabs on one copy in memory, with a clock that the test owns. */
export function replicaRig(store: ReplicaStore = new MemoryReplicaStore()): ReplicaRig {
  const feed = new FeedModel();
  const clock = new ManualClock();
  const monitor = new ManualNetworkMonitor();
  let seed = 1;
  return {
    feed,
    clock,
    monitor,
    store,
    tab(channels = ['stall']) {
      const replica = new Replica(
        { store, monitor, source: (channel) => feed.source(channel) },
        {
          channels,
          clock,
          random: new SeededRandom(seed++),
          leaseMs: LEASE_MS,
          pull: { backoff: new ConstantBackoff(1_000), pollMs: 60_000, reconnectJitterMs: 1 },
        },
      );
      const events: ReplicaEvent[] = [];
      replica.events$.subscribe((event) => events.push(event));
      return { replica, events };
    },
    async shown(collection = 'orders') {
      const { records } = await store.list({ collection });
      return Object.fromEntries(records.map(({ entity, value }) => [entity, value]));
    },
  };
}
