import '@angular/compiler';
import { type ApplicationRef, Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
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
  injectNetworkStatus,
  injectOperation,
  injectOptimistic,
  injectPending,
  injectQueueStats,
  provideSync,
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
const stall = signal(7);
const latest = signal<string | undefined>(undefined);
const withoutSale = (stock: number, { payload }: QueuedOperation): number => stock - (payload as Sale).kilos;

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
      providers: [provideZonelessChangeDetection(), provideSync({ queue, monitor })],
    });
  },
  network: (state: NetworkState): void => monitor.set(state),
  sell: async (kilos: number): Promise<void> =>
    latest.set((await queue.enqueue(sell, { stall: stall(), kilos })).id),
  visit: (other: number): void => stall.set(other),
  async deliver(outcome: DeliveryOutcome): Promise<void> {
    await processQueue(queue, { send: (operations) => Promise.resolve(operations.map(() => outcome)) });
  },
  /** How many listeners the queue still has once the application is gone. */
  destroy(): { readonly refreshers: number } {
    application.destroy();
    return { refreshers: contextOf(queue).refreshers.size };
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
Object.assign(window, { app, Stall });
