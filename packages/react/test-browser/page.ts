import { createElement as h, type ReactElement, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { ManualNetworkMonitor, type NetworkState } from '@cpc/network';
import { MemoryReplicaStore, type OperationEffect, RecordViews, Replica } from '@cpc/replica';
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
  useRecord,
  useRecords,
} from '../src/index.js';

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

/** The server's stock, as of the latest pull: what a delivery changes is in the copy only when `pull` was called. */
const stock = { position: 1, kilos: 10, pulled: 1 };
const replica = new Replica(
  {
    store: new MemoryReplicaStore(),
    monitor,
    source: () => ({
      pull: () =>
        Promise.resolve({
          kind: 'page',
          more: false,
          checkpoint: String(stock.pulled),
          changes: [{ entity: 'stalls/7', value: stock.pulled < stock.position ? 10 : stock.kilos }],
        }),
      hasReached: (checkpoint = '0', position) => Number(checkpoint) >= Number(position),
    }),
  },
  { channels: ['market'] },
);
const effect: OperationEffect = (records, { entity = '', payload }) =>
  records.set(entity, Number(records.get(entity) ?? 0) - (payload as Sale).kilos);
const views = new RecordViews({ replica, queue, effectOf: () => effect });

/** Every different text that the record's element showed, in order. */
const shown: string[] = [];

function Shelf(): ReactElement {
  const record = useRecord<number>('stalls/7');
  const records = useRecords<number>({ collection: 'stalls' });
  const text = record === undefined ? 'none' : `${record.value} ${record.state}`;
  useEffect(() => {
    if (shown.at(-1) !== text) shown.push(text);
  }, [text]);
  const list = records?.map(({ entity, value }) => `${entity}: ${value}`).join() ?? 'not read';
  return h('dl', null, h('dd', { id: 'record' }, text), h('dd', { id: 'records' }, list));
}

const container = document.createElement('main');
document.body.append(container);
let root = createRoot(container);
let latest: string | undefined;
let stall = 7;

function render(): void {
  const children = [h(Stall, { key: 'stall', stall, latest }), h(Shelf, { key: 'shelf' })];
  root.render(h(StrictMode, null, h(SyncProvider, { queue, monitor, views }, children)));
}

/** What the test does in the page. */
export const app = {
  async start(): Promise<void> {
    await queue.open();
    await replica.start();
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
  /** The server applies what waits, and says at which position; the copy does not have it before `pull`. */
  async apply(kilos: number): Promise<void> {
    stock.position++;
    stock.kilos -= kilos;
    await app.deliver({ kind: 'acknowledged', position: String(stock.position) });
  },
  async pull(): Promise<void> {
    stock.pulled = stock.position;
    await replica.pull();
  },
  shown: (): readonly string[] => shown,
  /** How many streams of the queue somebody looks at. */
  watched: (): number => queue.context.refreshers.size,
  unmount: (): void => root.unmount(),
  mountWithout(what: 'provider' | 'monitor' | 'views'): Promise<string> {
    return new Promise((resolve) => {
      root = createRoot(document.createElement('div'), {
        onUncaughtError: (error) => resolve(String(error)),
      });
      const component = what === 'views' ? h(Shelf) : h(Stall, { stall, latest });
      root.render(what === 'provider' ? component : h(SyncProvider, { queue }, component));
    });
  },
};
Object.assign(window, { app });
