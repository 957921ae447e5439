import type { ChannelState, ReplicaChange, ReplicaPage, ReplicaStore } from '../ports/replica-store.js';
import { channelCases } from './channel-cases.js';
import { leadCases } from './lead-cases.js';
import { pageCases } from './page-cases.js';
import { readCases } from './read-cases.js';

/** What the cases need of an implementation. */
export interface ReplicaStoreHarness {
  /** A store on a place where nothing is yet; not open. */
  readonly create: () => ReplicaStore | Promise<ReplicaStore>;
  /** Another store on the same place, as a second tab or process has it; absent where nothing can be shared. */
  readonly another?: (store: ReplicaStore) => ReplicaStore | Promise<ReplicaStore>;
  /** Whether what was written is there after `close` and `open`, in another object. */
  readonly isDurable: boolean;
  /** Called with each store when a case is over. */
  dispose?(store: ReplicaStore): Promise<void>;
}

/** One statement of the port's contract: resolves where it holds, and rejects where not. */
export interface ReplicaStoreCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** A case before it knows on what it runs. */
export type CaseBody = readonly [name: string, body: (open: OpenStores) => Promise<void>];

/** Opens stores for a case; the channels `a`, `b` and `stall` are followed. */
export interface OpenStores {
  readonly first: () => Promise<ReplicaStore>;
  /** A second one on the same place; the case ends well where the harness has none. */
  readonly second: (first: ReplicaStore) => Promise<ReplicaStore>;
  /** The same place in another object, after `close`. */
  readonly reopened: (store: ReplicaStore) => Promise<ReplicaStore>;
}

/** The harness does not have what a case is about. */
class NotSupported extends Error {}

/**
 * The contract of `ReplicaStore` as cases, for any runner:
 *
 * ```ts
 * for (const { name, run } of replicaStoreCases(harness)) test(name, run);
 * ```
 */
export function replicaStoreCases(harness: ReplicaStoreHarness): readonly ReplicaStoreCase[] {
  return [...pageCases, ...channelCases, ...readCases, ...leadCases].map(([name, body]) => ({
    name,
    run: () => run(harness, body),
  }));
}

async function run(harness: ReplicaStoreHarness, body: CaseBody[1]): Promise<void> {
  const stores: ReplicaStore[] = [];
  const opened = async (store: ReplicaStore): Promise<ReplicaStore> => {
    stores.push(store);
    await store.open();
    for (const channel of ['stall', 'a', 'b']) await store.follow(channel);
    return store;
  };
  try {
    await body({
      first: async () => opened(await harness.create()),
      second: async (first) => {
        if (harness.another === undefined) throw new NotSupported();
        return opened(await harness.another(first));
      },
      reopened: async (store) => {
        if (!harness.isDurable || harness.another === undefined) throw new NotSupported();
        await store.close();
        return opened(await harness.another(store));
      },
    });
  } catch (error) {
    if (!(error instanceof NotSupported)) throw error;
  } finally {
    for (const store of stores) {
      await store.close();
      await harness.dispose?.(store);
    }
  }
}

/** A page of the channel `stall`, the only one and the last where nothing else is said. */
export function page(part: Partial<ReplicaPage> & Pick<ReplicaPage, 'checkpoint'>): ReplicaPage {
  return { channel: 'stall', since: undefined, changes: [], reset: false, more: false, ...part };
}

/** The state of one of the channels. */
export async function stateOf(store: ReplicaStore, channel = 'stall'): Promise<ChannelState | undefined> {
  return (await store.channels()).find((state) => state.channel === channel);
}

export function put(entity: string, value: unknown, version?: string): ReplicaChange {
  return version === undefined ? { entity, value } : { entity, value, version };
}

export function gone(entity: string): ReplicaChange {
  return { entity, deleted: true };
}

/** The values that are shown in a collection, by entity. */
export async function shownIn(store: ReplicaStore, collection: string): Promise<Record<string, unknown>> {
  const { records } = await store.list({ collection });
  return Object.fromEntries(records.map(({ entity, value }) => [entity, value]));
}
