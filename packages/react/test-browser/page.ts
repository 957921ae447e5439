import { createElement as h, type ReactElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ManualNetworkMonitor, type NetworkState } from '@cpc/network';
import {
  defineOperation,
  type DeliveryOutcome,
  MemoryQueueStorage,
  type QueuedOperation,
  processQueue,
  SyncQueue,
} from '@cpc/sync-core';
import {
  SyncProvider,
  useNetworkStatus,
  useOperation,
  useOptimistic,
  usePending,
  useQueueStats,
} from '../src/index.js';

/** What the queue shares with its workers; no API, and so not in its types. */
const contextOf = (queue: object) =>
  Reflect.get(queue, Symbol.for('@cpc/QueueContext')) as {
    readonly clock: unknown;
    readonly logger: unknown;
    readonly hub: { readonly isHeard: boolean };
    readonly refreshers: { readonly size: number };
  };

interface Sale {
  readonly stall: number;
  readonly kilos: number;
}

const sell = defineOperation<Sale>('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [sell] });
const monitor = new ManualNetworkMonitor();
const withoutSale = (stock: number, { payload }: QueuedOperation): number => stock - (payload as Sale).kilos;

function Stall({
  stall,
  latest,
}: {
  readonly stall: number;
  readonly latest: string | undefined;
}): ReactElement {
  const { state, reason } = useNetworkStatus();
  const pending = usePending(`stalls/${stall}`);
  const stock = useOptimistic(`stalls/${stall}`, 10, withoutSale);
  const operation = useOperation(latest);
  return h(
    'dl',
    null,
    h('dd', { id: 'network' }, `${state} (${reason})`),
    h('dd', { id: 'pending' }, pending.length),
    h('dd', { id: 'stock' }, stock),
    h('dd', { id: 'total' }, useQueueStats()?.total ?? 'unknown'),
    h('dd', { id: 'latest' }, operation?.state ?? 'none'),
  );
}

const container = document.createElement('main');
document.body.append(container);
let root = createRoot(container);
let latest: string | undefined;
let stall = 7;

function render(): void {
  root.render(h(StrictMode, null, h(SyncProvider, { queue, monitor }, h(Stall, { stall, latest }))));
}

/** What the test does in the page. */
export const app = {
  async start(): Promise<void> {
    await queue.open();
    render();
  },
  network: (state: NetworkState): void => monitor.set(state),
  async sell(kilos: number): Promise<void> {
    latest = (await queue.enqueue(sell, { stall, kilos })).id;
    render();
  },
  visit(other: number): void {
    stall = other;
    render();
  },
  async deliver(outcome: DeliveryOutcome): Promise<void> {
    await processQueue(queue, { send: (operations) => Promise.resolve(operations.map(() => outcome)) });
  },
  /** How many streams of the queue somebody looks at. */
  watched: (): number => contextOf(queue).refreshers.size,
  unmount: (): void => root.unmount(),
  mountWithout(what: 'provider' | 'monitor'): Promise<string> {
    return new Promise((resolve) => {
      root = createRoot(document.createElement('div'), {
        onUncaughtError: (error) => resolve(String(error)),
      });
      const component = h(Stall, { stall, latest });
      root.render(what === 'provider' ? component : h(SyncProvider, { queue }, component));
    });
  },
};
Object.assign(window, { app });
