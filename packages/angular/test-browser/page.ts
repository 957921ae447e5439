import '@angular/compiler';
import {
  type ApplicationRef,
  Component,
  effect,
  provideZonelessChangeDetection,
  signal,
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
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
  injectNetworkStatus,
  injectOperation,
  injectOptimistic,
  injectPending,
  injectQueueStats,
  injectRecord,
  injectRecords,
  provideSync,
} from '../src/index.js';

interface Sale {
  readonly stall: number;
  readonly kilos: number;
}

const sell = defineOperation<Sale>('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [sell] });
const monitor = new ManualNetworkMonitor();
const stall = signal(7);
const latest = signal<string | undefined>(undefined);
const withoutSale = (stock: number, { payload }: QueuedOperation): number => stock - (payload as Sale).kilos;

/** The server's stock, as of the latest pull: what a delivery changes is in the copy only when `pull` was called. */
const server = { position: 1, kilos: 10, pulled: 1 };
const replica = new Replica(
  {
    store: new MemoryReplicaStore(),
    monitor,
    source: () => ({
      pull: () =>
        Promise.resolve({
          kind: 'page',
          more: false,
          checkpoint: String(server.pulled),
          changes: [{ entity: 'stalls/7', value: server.pulled < server.position ? 10 : server.kilos }],
        }),
      hasReached: (checkpoint = '0', position) => Number(checkpoint) >= Number(position),
    }),
  },
  { channels: ['market'] },
);
const sold: OperationEffect = (records, { entity = '', payload }) =>
  records.set(entity, Number(records.get(entity) ?? 0) - (payload as Sale).kilos);
const views = new RecordViews({ replica, queue, effectOf: () => sold });

/** Every different text that the record's element showed, in order. */
const shown: string[] = [];

class ShelfComponent {
  readonly record = injectRecord<number>(() => `stalls/${stall()}`);
  readonly records = injectRecords<number>(() => ({ collection: 'stalls' }));

  constructor() {
    effect(() => {
      const text = this.text();
      if (shown.at(-1) !== text) shown.push(text);
    });
  }

  text(): string {
    const record = this.record();
    return record === undefined ? 'none' : `${record.value} ${record.state}`;
  }
}

const Shelf = Component({
  selector: 'test-shelf',
  template: `
    <p id="record">{{ text() }}</p>
    <p id="count">{{ records()?.length ?? 'not read' }}</p>
  `,
})(ShelfComponent);

class StallComponent {
  readonly status = injectNetworkStatus();
  readonly stats = injectQueueStats();
  readonly pending = injectPending(() => `stalls/${stall()}`);
  readonly stock = injectOptimistic(
    () => `stalls/${stall()}`,
    () => 10,
    withoutSale,
  );
  readonly operation = injectOperation(latest);
}

// Called as a function, since the tests are not built with the decorators of TypeScript.
const Stall = Component({
  selector: 'test-stall',
  template: `
    <p id="network">{{ status().state }}</p>
    <p id="pending">{{ pending().length }}</p>
    <p id="stock">{{ stock() }}</p>
    <p id="total">{{ stats()?.total ?? 'unknown' }}</p>
    <p id="latest">{{ operation()?.state ?? 'none' }}</p>
  `,
})(StallComponent);

let application: ApplicationRef;

/** What the test does in the page. */
export const app = {
  async start(): Promise<void> {
    await queue.open();
    document.body.append(document.createElement('test-stall'));
    application = await bootstrapApplication(StallComponent, {
      providers: [provideZonelessChangeDetection(), provideSync({ queue, monitor, views })],
    });
    await replica.start();
    document.body.append(document.createElement('test-shelf'));
    application.bootstrap(ShelfComponent);
  },
  network: (state: NetworkState): void => monitor.set(state),
  sell: async (kilos: number): Promise<void> =>
    latest.set((await queue.enqueue(sell, { stall: stall(), kilos })).id),
  visit: (other: number): void => stall.set(other),
  async deliver(outcome: DeliveryOutcome): Promise<void> {
    await processQueue(queue, { send: (operations) => Promise.resolve(operations.map(() => outcome)) });
  },
  /** The server applies what waits, and says at which position; the copy does not have it before `pull`. */
  async apply(kilos: number): Promise<void> {
    server.position++;
    server.kilos -= kilos;
    await app.deliver({ kind: 'acknowledged', position: String(server.position) });
  },
  async pull(): Promise<void> {
    server.pulled = server.position;
    await replica.pull();
  },
  shown: (): readonly string[] => shown,
  /** How many listeners the queue still has once the application is gone. */
  destroy(): { readonly refreshers: number } {
    application.destroy();
    return { refreshers: queue.context.refreshers.size };
  },
  async startWithoutMonitor(): Promise<string> {
    document.body.append(document.createElement('test-stall'));
    return bootstrapApplication(StallComponent, {
      providers: [provideZonelessChangeDetection(), provideSync({ queue })],
    }).then(
      () => 'started',
      (error: unknown) => String(error),
    );
  },
};
Object.assign(window, { app, Stall, Shelf });
