import { replicaStoreCases } from '../../src/conformance.js';
import { IndexedDbReplicaStore } from '../../src/indexeddb.js';

/** What the test outside calls in the page. */
declare global {
  var replica: {
    readonly names: readonly string[];
    run(name: string): Promise<void>;
    /** Loads a channel page by page, for ever, beginning where it was broken off. */
    loadForEver(): void;
    /** What is shown of it: how many records, of how many loads. */
    look(): Promise<Shown>;
  };
}

interface Shown {
  readonly records: number;
  readonly loads: readonly unknown[];
}

const PAGES = 20;
const PAGE = 50;

let databases = 0;
const names = new Map<unknown, string>();
const open = (name: string): IndexedDbReplicaStore => {
  const store = new IndexedDbReplicaStore({ name });
  names.set(store, name);
  return store;
};
const cases = new Map(
  replicaStoreCases({
    isDurable: true,
    create: () => open(`copy-${++databases}`),
    another: (store) => open(names.get(store) ?? ''),
  }).map(({ name, run }) => [name, run]),
);

/** Every load has the same entities, with its own number as their value: a mixture would be seen. */
async function loadForEver(store: IndexedDbReplicaStore): Promise<never> {
  for (;;) {
    const [state] = await store.channels();
    const staged = state?.staged?.checkpoint.split('-').map(Number);
    const shown = Number(state?.shown?.split('-')[0] ?? 0);
    const [load = shown + 1, page = 0] = staged ?? [];
    await store.write({
      channel: 'killed',
      since: state?.staged?.checkpoint ?? state?.shown,
      reset: staged === undefined,
      more: page + 1 < PAGES,
      checkpoint: `${load}-${page + 1}`,
      changes: Array.from({ length: PAGE }, (_, at) => ({
        entity: `records/${page * PAGE + at}`,
        value: load,
      })),
    });
  }
}

async function opened(): Promise<IndexedDbReplicaStore> {
  const store = new IndexedDbReplicaStore({ name: 'killed' });
  await store.open();
  await store.follow('killed');
  return store;
}

globalThis.replica = {
  names: [...cases.keys()],
  run: async (name) => cases.get(name)?.(),
  loadForEver: () => void opened().then(loadForEver),
  async look() {
    const { records } = await (await opened()).list({ collection: 'records', limit: 2 * PAGES * PAGE });
    return { records: records.length, loads: [...new Set(records.map(({ value }) => value))] };
  },
};
