import { expect, test } from '@jest/globals';
import { defineOperation, MemoryQueueStorage, SyncQueue, SyncWorker } from '@cpc/sync-core';
import type { DeliveryOutcome, Operation, Transport } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import type { InspectorSource } from '../source/inspector-source.js';
import { queueSource } from '../source/queue-source.js';
import { InspectorModel } from './inspector-model.js';

/** What the queue shares with its workers; no API, and so not in its types. */
const contextOf = (queue: object) =>
  Reflect.get(queue, Symbol.for('@cpc/QueueContext')) as {
    readonly clock: unknown;
    readonly logger: unknown;
    readonly hub: { readonly isHeard: boolean };
    readonly refreshers: { readonly size: number };
  };

const sell = defineOperation<{ n: number }>('stall.sell', { entity: ({ n }) => `stalls/${n % 2}` });

/** Takes everything after 50 ms, but for what `answer` says otherwise. */
class SlowTransport implements Transport {
  answer: (operation: Operation) => DeliveryOutcome = () => ({ kind: 'acknowledged' });
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async send(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    await new Promise<void>((resolve) => void this.#clock.setTimer(resolve, 50));
    return operations.map((operation) => this.answer(operation));
  }
}

async function setUp(
  wrap: (source: InspectorSource, clock: ManualClock) => InspectorSource = (source) => source,
) {
  const clock = new ManualClock();
  const queue = new SyncQueue(
    { storage: new MemoryQueueStorage(), clock, random: new SeededRandom(1) },
    { operations: [sell] },
  );
  await queue.open();
  const transport = new SlowTransport(clock);
  const worker = new SyncWorker({ queue, transport });
  const model = new InspectorModel(wrap(queueSource(queue, worker), clock), () => undefined, clock);
  return { clock, queue, worker, model, transport };
}

test('shows what is there, then what comes and goes', async () => {
  const { clock, queue, worker, model } = await setUp();
  await queue.enqueue(sell, { n: 1 });
  model.start();
  await clock.advance(10);
  expect(model.rows.map(({ state }) => state)).toEqual(['waiting']);
  await queue.enqueue(sell, { n: 3 });
  await clock.advance(1000);
  expect(model.rows.map(({ state }) => state)).toEqual(['waiting', 'blocked']);
  await worker.start();
  await clock.advance(1000);
  expect(model.rows).toEqual([]);
  expect(model.stats).toMatchObject({ total: 0, isPaused: false });
  model.stop();
});

test('a follower that no event tells of is seen as free', async () => {
  const { clock, queue, model } = await setUp();
  const { id } = await queue.enqueue(sell, { n: 1 });
  await queue.enqueue(sell, { n: 3 });
  model.start();
  await clock.advance(10);
  await queue.discard(id);
  await clock.advance(1000);
  expect(model.rows.map(({ state }) => state)).toEqual(['waiting']);
  model.stop();
});

test('plots depth, latency and backoff', async () => {
  const { clock, queue, worker, model, transport } = await setUp();
  model.start();
  await queue.enqueue(sell, { n: 1 });
  await queue.enqueue(sell, { n: 2 });
  transport.answer = ({ payload }) =>
    (payload as { n: number }).n === 1
      ? { kind: 'acknowledged' }
      : { kind: 'retry', afterMs: 60_000, reason: { code: 'BUSY', message: 'Busy.' } };
  await worker.start();
  await clock.advance(1500);
  expect(model.samples.at(-1)).toMatchObject({ depth: 1, p50Ms: 50, p95Ms: 50, backoffMs: 60_000 });
  await clock.advance(1000);
  expect(model.samples.at(-1)).toMatchObject({ depth: 1, backoffMs: 0 });
  expect(model.samples.at(-1)).not.toHaveProperty('p50Ms');
  model.stop();
  await worker.stop();
});

test('what the source cannot tell is a problem in words, and passes', async () => {
  let isBroken = true;
  const { clock, model } = await setUp((source) => ({
    ...source,
    list: (request) => (isBroken ? Promise.reject(new Error('The disk is gone.')) : source.list(request)),
  }));
  model.start();
  await clock.advance(10);
  expect(model.problem).toBe('The disk is gone.');
  isBroken = false;
  await clock.advance(6000);
  expect(model.problem).toBeUndefined();
  model.stop();
});

test('leaves no timer and no listener behind', async () => {
  const { clock, queue, model } = await setUp();
  await queue.enqueue(sell, { n: 1 });
  model.start();
  await clock.advance(100);
  await queue.enqueue(sell, { n: 2 });
  model.stop();
  expect(clock.pendingTimers).toBe(0);
  expect(contextOf(queue).hub.isHeard).toBe(false);
});

test('never reads the rows twice at once, and reads again what changed meanwhile', async () => {
  let readings = 0;
  let most = 0;
  const { clock, queue, model } = await setUp((source, time) => ({
    ...source,
    list: async (request) => {
      most = Math.max(most, ++readings);
      const page = await source.list(request);
      await new Promise<void>((resolve) => void time.setTimer(resolve, 500));
      readings--;
      return page;
    },
  }));
  await queue.enqueue(sell, { n: 1 });
  model.start();
  await clock.advance(100);
  await queue.enqueue(sell, { n: 2 });
  await clock.advance(250);
  model.refresh();
  await clock.advance(100);
  expect(most).toBe(1);
  await clock.advance(3500);
  expect(model.rows).toHaveLength(2);
  expect(most).toBe(1);
  model.stop();
});
