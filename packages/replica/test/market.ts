import { FetchTransport } from '@cpc/adapters';
import { FetchChangeSource } from '@cpc/adapters/pull';
import { ManualNetworkMonitor } from '@cpc/network';
import {
  applied,
  type Change,
  ChangeFeed,
  type OperationHandler,
  Receiver,
  SqliteChangeLog,
  SqliteEffectStore,
} from '@cpc/server';
import { defineOperation, type SyncEvent, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import Database from 'better-sqlite3';
import { MemoryReplicaStore, RecordViews, Replica, type ReplicaStore } from '../src/index.js';
import { SharedQueue } from './shared-queue.js';

export const CHANNEL = 'market';
const ORIGIN = 'https://market.example';

/** Sets a stall's name. */
export const rename = defineOperation<{ readonly stall: string; readonly name: string }>('stall.rename', {
  entity: ({ stall }) => stall,
});

export interface Market {
  readonly clock: ManualClock;
  /** How long a pull takes, in milliseconds. */
  pullMs: number;
  /** What the server does by itself, in one transaction. */
  readonly change: (...changes: readonly Change[]) => void;
  readonly open: (options?: { readonly pageSize?: number; readonly store?: ReplicaStore }) => Promise<Device>;
  /** Lets time pass, and what the server does, which takes turns of its own. */
  readonly run: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** One tab: a queue, a worker, a copy and what is shown of both. */
export interface Device {
  readonly queue: SyncQueue;
  readonly worker: SyncWorker;
  readonly replica: Replica;
  readonly views: RecordViews;
  readonly events: SyncEvent[];
}

/** The real server kit in one process with the tabs of a device; nothing between them is made up but the time. */
export async function openMarket(): Promise<Market> {
  const database = new Database(':memory:');
  const log = new SqliteChangeLog(database);
  const onError = (error: unknown): void => {
    throw error;
  };
  const mayPull = (_: string | undefined, channel: string): boolean => channel === CHANNEL;
  const feed = new ChangeFeed({ log, onError, mayPull }, { every: () => () => undefined });
  const apply: OperationHandler<Database.Database>['apply'] = ({ entity = '', payload }, tx) => {
    const { name } = payload as { name: string };
    const position = log.record(tx, { channel: CHANNEL, entity, value: { name } });
    return applied({ told: name }, undefined, { position });
  };
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    onError,
    onApplied: feed.check,
    handlers: { [rename.kind]: { apply } },
  });
  await feed.open();
  const clock = new ManualClock();
  const memory = new SharedQueue();
  const copy = new MemoryReplicaStore();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).pathname !== '/changes') return receiver.receive(request);
    const response = await feed.receive(request);
    const isHints = request.headers.get('accept') === 'text/event-stream';
    if (!isHints && market.pullMs > 0)
      await new Promise<void>((resolve) => void clock.setTimer(resolve, market.pullMs));
    return response;
  };
  const devices: Device[] = [];
  const open: Market['open'] = async ({ pageSize = 100, store = copy } = {}) => {
    const random = new SeededRandom(devices.length + 1);
    const queue = new SyncQueue({ storage: memory.tab(), clock, random }, { operations: [rename] });
    const events: SyncEvent[] = [];
    queue.events$.subscribe((event) => events.push(event));
    await queue.open();
    const transport = new FetchTransport({ endpoint: `${ORIGIN}/operations`, fetch, clock });
    const endpoint = `${ORIGIN}/changes`;
    const replica = new Replica(
      {
        store,
        monitor: new ManualNetworkMonitor(),
        source: (channel) => new FetchChangeSource({ endpoint, channel, fetch, pageSize, clock }),
      },
      { channels: [CHANNEL], clock, random },
    );
    const views = new RecordViews({
      replica,
      queue,
      effectOf: (kind) =>
        kind === rename.kind
          ? (records, { entity = '', payload }) =>
              records.set(entity, { name: (payload as { name: string }).name })
          : undefined,
    });
    const device = { queue, worker: new SyncWorker({ queue, transport }), replica, views, events };
    devices.push(device);
    await replica.start();
    return device;
  };
  const market: Market = {
    clock,
    pullMs: 0,
    change(...changes) {
      database.transaction(() => changes.forEach((change) => void log.record(database, change)))();
      feed.check();
    },
    open,
    async run(ms) {
      for (let passed = 0; passed <= ms; passed += 50) {
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(passed === ms ? 0 : 50);
      }
    },
    async close() {
      for (const { views, worker, queue, replica } of devices) {
        views.close();
        await worker.stop();
        await queue.close();
        await replica.stop();
      }
      database.close();
    },
  };
  return market;
}
