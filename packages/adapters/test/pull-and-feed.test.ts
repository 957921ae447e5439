import { afterEach, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import {
  defineOperation,
  MemoryQueueStorage,
  processQueue,
  SyncQueue,
  type QueuedOperation,
} from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import Database from 'better-sqlite3';
import { FetchTransport } from '../src/index.js';
import { FetchChangeSource, PendingOverlay, Puller } from '../src/pull/index.js';
import { openPulledShop, type PulledShop } from './pulled-shop.js';
import { SqlitePullTarget } from './sqlite-pull-target.js';

/** The real server's feed, pulled into a real database, and cut off at every point where something is awaited. */

const databases: Database.Database[] = [];
afterEach(() => {
  for (const database of databases.splice(0)) database.close();
});

function openDatabase(): Database.Database {
  const database = new Database(':memory:');
  databases.push(database);
  return database;
}

class Cut extends Error {}

/** Throws at the n-th point that is passed. */
function cutAt(point: number): { pass: () => void; readonly passed: () => number } {
  let passed = 0;
  return {
    pass() {
      if (passed++ === point) throw new Cut();
    },
    passed: () => passed,
  };
}

/** A `fetch` that may break off before the request, after it, and while the answer is read. */
function cutting(shop: PulledShop, pass: () => void): typeof globalThis.fetch {
  return async (input, init) => {
    pass();
    const response = await shop.fetch(input, init);
    pass();
    const text = await response.text();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const bytes = new TextEncoder().encode(text);
        controller.enqueue(bytes.subarray(0, bytes.length / 2));
        try {
          pass();
          controller.enqueue(bytes.subarray(bytes.length / 2));
          controller.close();
        } catch (error) {
          controller.error(error);
        }
      },
    });
    return new Response(body, response);
  };
}

interface PullerOn {
  readonly puller: Puller;
  readonly target: SqlitePullTarget;
}

function openPuller(
  shop: PulledShop,
  database: Database.Database,
  pass: () => void = () => undefined,
): PullerOn {
  const target = new SqlitePullTarget(database, pass);
  const source = new FetchChangeSource({
    endpoint: 'http://localhost/changes',
    fetch: cutting(shop, pass),
    pageSize: 2,
  });
  return { target, puller: new Puller({ source, target, monitor: new ManualNetworkMonitor() }) };
}

test('cut off anywhere, and continued by another process, the copy comes to what the server has', async () => {
  let cuts = 0;
  for (let isWhole = false; !isWhole; cuts++) {
    const shop = await openPulledShop();
    const database = openDatabase();
    for (const entity of ['a', 'b', 'c', 'd']) await shop.set(entity, entity);
    await openPuller(shop, database).puller.pull();
    for (const [entity, value] of [
      ['a', undefined],
      ['b', 2],
      ['e', 3],
      ['c', undefined],
      ['f', 4],
    ] as const) {
      await shop.set(entity, value);
    }
    const cut = cutAt(cuts);
    await openPuller(shop, database, cut.pass)
      .puller.pull()
      .catch(() => undefined);
    isWhole = cut.passed() <= cuts;
    await shop.set('g', 5);
    const after = openPuller(shop, database);
    await after.puller.pull();
    expect(after.target.records()).toEqual(shop.records());
  }
  expect(cuts).toBeGreaterThan(30);
});

test('cut off anywhere while it begins anew, the copy keeps nothing that was deleted', async () => {
  let cuts = 0;
  for (let isWhole = false; !isWhole; cuts++) {
    const shop = await openPulledShop();
    const database = openDatabase();
    for (const entity of ['a', 'b', 'c', 'd']) await shop.set(entity, entity);
    await openPuller(shop, database).puller.pull();
    await shop.set('a', undefined);
    await shop.set('c', undefined);
    await shop.forgetTombstones();
    for (const entity of ['e', 'f', 'g']) await shop.set(entity, entity);
    const cut = cutAt(cuts);
    await openPuller(shop, database, cut.pass)
      .puller.pull()
      .catch(() => undefined);
    isWhole = cut.passed() <= cuts;
    const after = openPuller(shop, database);
    await after.puller.pull();
    expect(after.target.records()).toEqual(shop.records());
  }
  expect(cuts).toBeGreaterThan(30);
});

interface Put {
  readonly entity: string;
  readonly value?: number;
}

const put = defineOperation<Put>('put', { entity: ({ entity }) => entity });

/** A device with a queue and a copy, on a network that breaks where it is told to. */
class Device {
  readonly clock = new ManualClock();
  readonly queue: SyncQueue;
  readonly transport: FetchTransport;
  readonly overlay: PendingOverlay;
  readonly target: SqlitePullTarget;
  readonly puller: Puller;
  /** Whether the next point is where it is cut off. */
  isCut: () => boolean = () => false;

  constructor(shop: PulledShop) {
    const pass = (): void => {
      if (this.isCut()) throw new Cut();
    };
    this.queue = new SyncQueue(
      { storage: new MemoryQueueStorage(), clock: this.clock, random: new SeededRandom(1) },
      { operations: [put] },
    );
    const fetch = cutting(shop, pass);
    this.transport = new FetchTransport({
      endpoint: 'http://localhost/operations',
      fetch,
      clock: this.clock,
    });
    ({ target: this.target, puller: this.puller } = openPuller(shop, openDatabase(), pass));
    this.overlay = new PendingOverlay({ queue: this.queue, puller: this.puller });
  }

  /** What a person sees. */
  see(entity: string): Promise<unknown> {
    const apply = (_: unknown, operation: QueuedOperation): unknown => (operation.payload as Put).value;
    return this.overlay.read(entity, () => this.target.records()[entity], apply);
  }
}

const ENTITIES = ['a', 'b', 'c', 'd'];

test.each(Array.from({ length: 40 }, (_, index) => index + 1))(
  'whatever is cut, a pulled copy with what waits laid over it is what the server has with it (seed %s)',
  async (seed) => {
    const random = new SeededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
    const shop = await openPulledShop();
    const device = new Device(shop);
    await device.queue.open();
    device.overlay.start();
    const actions: Readonly<Record<string, () => Promise<unknown>>> = {
      mine: () => device.queue.enqueue(put, mine(random.next())),
      theirs: () =>
        shop.set(pick(ENTITIES), random.next() < 0.3 ? undefined : Math.floor(random.next() * 1_000)),
      deliver: () => processQueue(device.queue, device.transport),
      pull: () => device.puller.pull().catch(() => undefined),
      forget: () => shop.forgetTombstones(),
    };
    const mine = (chance: number): Put =>
      chance < 0.2
        ? { entity: pick(ENTITIES) }
        : { entity: pick(ENTITIES), value: Math.floor(chance * 1_000) };
    for (let step = 0; step < 40; step++) {
      device.isCut = () => random.next() < 0.05;
      await pick([
        actions['mine']!,
        actions['theirs']!,
        actions['deliver']!,
        actions['pull']!,
        actions['forget']!,
      ])();
      device.isCut = () => false;
      // What a person changed is what they see, until the server has it.
      for (const entity of ENTITIES) {
        const waiting = (await device.queue.list({ entity })).items;
        if (waiting.length === 0) continue;
        expect(await device.see(entity)).toBe((waiting.at(-1)!.payload as Put).value);
      }
      if (step % 4 !== 0) continue;
      await device.puller.pull();
      for (const entity of ENTITIES) {
        const waiting = (await device.queue.list({ entity })).items.at(-1);
        const expected = waiting === undefined ? shop.records()[entity] : (waiting.payload as Put).value;
        expect(await device.see(entity)).toBe(expected);
      }
      expect(device.target.records()).toEqual(shop.records());
    }
    device.overlay.stop();
    await device.queue.close();
  },
  60_000,
);
