import type { ReplicaStore } from '../ports/replica-store.js';
import { channelCases } from './channel-cases.js';
import { leadCases } from './lead-cases.js';
import { pageCases } from './page-cases.js';
import { readCases } from './read-cases.js';
import type { CaseBody } from './store-case.js';

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
